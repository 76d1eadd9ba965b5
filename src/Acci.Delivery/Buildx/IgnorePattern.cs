using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Buildx;

/// <summary>
/// A pattern of a <c>.dockerignore</c> as BuildKit compiles it, peculiarities included: <c>**</c> in the middle stands for whole folders, at the beginning for any text. Source:
/// moby/patternmatcher, patternmatcher.go, <c>compile</c> and <c>match</c>.
/// </summary>
internal sealed partial class IgnorePattern
{
    private const string AnyText = @"[\s\S]*";

    // One character, which .NET may have in two halves.
    private const string AnyCharacter = @"(?:[^/\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    private readonly Regex? _expression;

    /// <param name="pattern">A cleaned path.</param>
    /// <param name="isException">What matches is sent all the same.</param>
    public IgnorePattern(string pattern, bool isException)
    {
        (Text, IsException, Problem) = (pattern, isException, ProblemWith(pattern));
        if (Problem is not null || pattern.AsSpan().ContainsAny('\uFEFF', '\uFFFD') || Escape().IsMatch(pattern)) return;
        // There it separates folders for the program that sends them, and escapes for BuildKit.
        if ((OperatingSystem.IsWindows() && pattern.Contains('\\')) || ExpressionOf(pattern) is not { } expression) return;
        try
        {
            _expression = new Regex($@"\A(?:{expression})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException)
        {
            Problem = "a range in it ends before it begins";
        }
        catch (NotSupportedException)
        {
            // Too much for .NET's regular expressions: it stays doubtful.
        }
    }

    /// <summary>The pattern.</summary>
    public string Text { get; }

    /// <summary>What matches is sent all the same.</summary>
    public bool IsException { get; }

    /// <summary>Why BuildKit cannot compile it, which ends the build, and some engines with it; null where it can.</summary>
    public string? Problem { get; }

    /// <summary>Go and .NET may read it in two ways: what it matches is not known here.</summary>
    public bool IsDoubtful => _expression is null;

    /// <summary>Whether it matches the path itself; one that is doubtful matches none.</summary>
    public bool Matches(string path) => _expression?.IsMatch(path) is true;

    private static string? ProblemWith(string pattern) =>
        pattern.Length == 0 ? "'!' needs a path"
        : !OperatingSystem.IsWindows() && BadEscape().IsMatch(pattern) ? "it has a backslash; write / between folders"
        : null;

    private static string? ExpressionOf(string pattern)
    {
        var (expression, kind, isOdd) = (new StringBuilder(), Kind.Exact, false);
        for (int i = 0, step = 0; i < pattern.Length; step++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith("**"))
            {
                i += rest.StartsWith("**/") ? 3 : 2;
                var isLast = i == pattern.Length;
                expression.Append(isLast ? ".*" : "(?:.*/)?");
                kind = step == 0 ? Kind.Suffix : isLast && kind == Kind.Exact ? Kind.Prefix : Kind.Expression;
                continue;
            }

            var length = 1;
            switch (pattern[i])
            {
                case '*':
                    expression.Append("[^/]*");
                    kind = Kind.Expression;
                    break;
                case '?':
                    expression.Append(AnyCharacter);
                    kind = Kind.Expression;
                    break;
                case '\\':
                    length = 2;
                    expression.Append(Regex.Escape(pattern[i + 1].ToString()));
                    kind = Kind.Expression;
                    break;
                case '[':
                    if (SimpleClass().Match(pattern, i) is not { Success: true } found) return null;
                    length = found.Length;
                    expression.Append(found.Value);
                    kind = Kind.Expression;
                    break;
                default:
                    // Go's regular expressions get these as they are.
                    isOdd |= pattern[i] is ']' or '{' or '}' or '|' or '^';
                    if (pattern[i] == ']') kind = Kind.Expression;
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }

            i += length;
        }

        return kind switch
        {
            Kind.Exact => Regex.Escape(pattern),
            Kind.Prefix => Regex.Escape(pattern[..^2]) + AnyText,
            Kind.Suffix => AnyText + Regex.Escape(pattern[2..]) + (pattern.StartsWith("**/", StringComparison.Ordinal) ? $"|{Regex.Escape(pattern[3..])}" : ""),
            _ => isOdd ? null : expression.ToString(),
        };
    }

    // Letters that Go's regular expressions take after a backslash are left out. Source: Go, regexp/syntax.
    [GeneratedRegex(@"(?<!\\)(?:\\\\)*\\(?:[ceg-moquyCEF-ORTUVXYZ]|\z)")]
    private static partial Regex BadEscape();

    // Of a digit, a class of characters …: BuildKit hands it on as it is.
    [GeneratedRegex(@"(?<!\\)(?:\\\\)*\\[A-Za-z0-9]")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\G\[\^?(?:[A-Za-z0-9_.](?:-[A-Za-z0-9_.])?)+\]")]
    private static partial Regex SimpleClass();

    // How it is compared: only an expression is read as one.
    private enum Kind
    {
        Exact,
        Prefix,
        Suffix,
        Expression,
    }
}
