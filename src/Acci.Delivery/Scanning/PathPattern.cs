using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Scanning;

/// <summary>
/// A pattern of paths as Trivy takes it: <c>*</c> and <c>?</c> within a name, <c>**</c> in the place of any number of names, none too, <c>{a,b}</c> and <c>[a-z]</c>.
/// Source: doublestar v4, "Patterns".
/// </summary>
public sealed class PathPattern
{
    // As long as a path may be; an automaton of far more would take minutes and gigabytes.
    private const int MaximumLength = 4096;

    private readonly string _text;
    private readonly Regex _regex;

    private PathPattern(string text, Regex regex) => (_text, _regex) = (text, regex);

    /// <summary>Reads a pattern; null when it is not well-formed.</summary>
    public static PathPattern? TryParse(string text)
    {
        if (text.Length > MaximumLength) return null;
        var regex = new StringBuilder("^");
        var braces = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '/' when IsAnyNames(text, i + 1) && IsEnd(text, i + 3):
                    regex.Append("(?:/.*)?");
                    i += 2;
                    break;
                case '*' when IsAnyNames(text, i) && IsEnd(text, i + 2):
                    regex.Append(".*");
                    i++;
                    break;
                case '*' when IsAnyNames(text, i):
                    regex.Append("(?:[^/]+/)*");
                    i += 2;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '{':
                    regex.Append("(?:");
                    braces++;
                    break;
                case '}' when braces > 0:
                    regex.Append(')');
                    braces--;
                    break;
                case ',' when braces > 0:
                    regex.Append('|');
                    break;
                case '[':
                    var end = text.IndexOf(']', Math.Min(i + 2, text.Length));
                    if (end < 0) return null;
                    var set = text[(i + 1)..end];
                    var negated = set[0] is '!' or '^';
                    regex.Append(negated ? "[^/" : "[").Append(set[(negated ? 1 : 0)..].Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                case '\\' when i + 1 < text.Length:
                    regex.Append(Regex.Escape(text[++i].ToString()));
                    break;
                default:
                    regex.Append(Regex.Escape(text[i].ToString()));
                    break;
            }
        }

        try
        {
            return braces == 0 ? new PathPattern(text, new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // Beside other characters two stars are no more than one.
    private static bool IsAnyNames(string text, int at) =>
        text.AsSpan(Math.Min(at, text.Length)).StartsWith("**") && (at == 0 || text[at - 1] is '/' or '{' or ',') && (IsEnd(text, at + 2) || text[at + 2] == '/');

    private static bool IsEnd(string text, int at) => at >= text.Length || text[at] is '}' or ',';

    /// <summary>The whole path is of the pattern.</summary>
    public bool Matches(string path) => _regex.IsMatch(path);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
