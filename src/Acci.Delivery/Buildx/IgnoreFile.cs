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

    private readonly List<(Regex Pattern, bool IsException)> _rules = [];

    /// <param name="text">Its text.</param>
    public IgnoreFile(string text)
    {
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Where(x => !x.StartsWith('#')).Select(x => x.Trim()).Where(x => x.Length > 0))
        {
            var isException = line[0] == '!';
            if (Clean(isException ? line[1..].Trim() : line) is { Length: > 0 } pattern && TryRead(pattern) is { } expression) _rules.Add((expression, isException));
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

    // BuildKit refuses one that cannot be read.
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
        foreach (var part in pattern.Replace('\\', '/').Split('/').Where(x => x is not ("" or ".")))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static string Expression(string pattern)
    {
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern[i..];
            if (rest.StartsWith("**/", StringComparison.Ordinal)) (_, i) = (expression.Append("(?:.*/)?"), i + 2);
            else if (rest.StartsWith("**", StringComparison.Ordinal)) (_, i) = (expression.Append(".*"), i + 1);
            else expression.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", '[' or ']' or '-' or '^' => pattern[i].ToString(), var other => Regex.Escape(other.ToString()) });
        }

        return expression.ToString();
    }
}
