using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Buildx;

/// <summary>
/// A <c>.dockerignore</c>: what of a build context is not sent to the builder. Source: https://docs.docker.com/build/concepts/context, ".dockerignore files"; moby/patternmatcher,
/// whose order of patterns counts: the last one that matches a path, or a folder that it is in, decides.
/// </summary>
internal sealed class IgnoreFile
{
    private const int Largest = 1024 * 1024;
    // No expression of .NET's.
    private const string Unreadable = @"\_";

    private static readonly SearchValues<char> Wildcards = SearchValues.Create(@"*?[]\"), OfExpressions = SearchValues.Create("+()|{}^");
    private static readonly Regex All = new("", RegexOptions.NonBacktracking);

    private readonly List<(Regex Pattern, bool IsException)> _rules = [];

    /// <param name="text">Its text.</param>
    public IgnoreFile(string text)
    {
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Where(x => !x.StartsWith('#')).Select(x => x.Trim()).Where(x => x.Length > 0))
        {
            var isException = line[0] == '!';
            if (Clean(isException ? line[1..].Trim() : line) is not { Length: > 0 } pattern) continue;
            // Of one that cannot be told here, the file stays in the context.
            if ((TryRead(pattern) ?? (isException ? All : null)) is { } expression) _rules.Add((expression, isException));
        }
    }

    /// <summary>Reads the ignore file of a Dockerfile: <c>Dockerfile.dockerignore</c>, or else the context's <c>.dockerignore</c>; null if there is neither.</summary>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="context">The folder of the context.</param>
    public static IgnoreFile? Of(string dockerfile, string context) =>
        new[] { $"{dockerfile}.dockerignore", Path.Combine(context, ".dockerignore") }.FirstOrDefault(File.Exists) is { } file ? new(InputFile.ReadText(file, Largest)) : null;

    /// <summary>Whether a file is excluded from the context.</summary>
    /// <param name="path">Its path in the context, with slashes.</param>
    public bool LeavesOut(string path)
    {
        var parts = path.Split('/');
        string[] places = [.. Enumerable.Range(1, parts.Length).Select(x => string.Join('/', parts[..x]))];
        return _rules.Aggregate(false, (isOut, rule) => places.Any(rule.Pattern.IsMatch) ? !rule.IsException : isOut);
    }

    // BuildKit refuses one that cannot be read, or escapes a letter, which means something else in Go's expressions.
    private static Regex? TryRead(string pattern)
    {
        try
        {
            return new Regex($"^{Expression(pattern)}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // As Go's path.Clean, and without the slash that means the context's own folder.
    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in (OperatingSystem.IsWindows() ? pattern.Replace('\\', '/') : pattern).Split('/').Where(x => x is not ("" or ".")))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static string Expression(string pattern)
    {
        // Without these a pattern is compared as it is.
        if (pattern.AsSpan().IndexOfAny(Wildcards) < 0) return Regex.Escape(pattern);
        // Versions of BuildKit differ in whether these are expressions beside a wildcard.
        if (pattern.AsSpan().IndexOfAny(OfExpressions) is var odd and >= 0 && (pattern[odd] != '^' || odd == 0 || pattern[odd - 1] != '[')) return Unreadable;
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern[i..];
            if (rest is "**" or "**/") return $"{expression}.*";
            if (rest.StartsWith("**", StringComparison.Ordinal)) (_, i) = (expression.Append(i == 0 && rest[2] != '/' ? ".*" : "(?:.*/)?"), i + (rest[2] == '/' ? 2 : 1));
            else if (pattern[i] == '\\') (_, i) = (expression.Append(i + 1 < pattern.Length && !char.IsLetterOrDigit(pattern[i + 1]) ? rest[..2] : Unreadable), i + 1);
            else expression.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", '[' or ']' or '-' or '^' => pattern[i].ToString(), var other => Regex.Escape(other.ToString()) });
        }

        return expression.ToString();
    }
}
