using System.Text;

namespace Acci.Delivery.Buildx;

/// <summary>
/// A <c>.dockerignore</c>: what of a build context is not sent to the builder, as BuildKit reads it. Source: https://docs.docker.com/build/concepts/context, ".dockerignore files";
/// moby/patternmatcher, <c>ignorefile.ReadAll</c>, <c>New</c> and <c>MatchesUsingParentResults</c>; moby/buildkit, frontend/dockerui/config.go; tonistiigi/fsutil, followlinks.go.
/// </summary>
internal sealed class IgnoreFile
{
    private const int Largest = 1024 * 1024;

    private readonly List<IgnorePattern> _patterns = [];

    /// <param name="text">Its text.</param>
    public IgnoreFile(string text)
    {
        foreach (var (line, index) in (text.StartsWith('\uFEFF') ? text[1..] : text).Split('\n').Select((x, i) => (x, i)))
        {
            if (line.StartsWith('#') || line.Trim() is not { Length: > 0 } trimmed) continue;
            // BuildKit reads each line, and what comes of it once more as a pattern.
            var pattern = Clean((trimmed[0] == '!' ? $"!{Rootless(trimmed[1..].Trim())}" : Rootless(trimmed)).Trim());
            var isException = pattern[0] == '!';
            _patterns.Add(new IgnorePattern(isException ? pattern[1..] : pattern, isException));
            if (_patterns[^1].Problem is { } problem) Problem ??= $"line {index + 1} ('{Redaction.Beginning(trimmed, 80)}') cannot be read by BuildKit: {problem}";
        }
    }

    /// <summary>The first line that BuildKit cannot compile, and why; null where it can compile all. Some engines do not survive one.</summary>
    public string? Problem { get; }

    /// <summary>A pattern of which it is not known here what BuildKit takes it for; null where there is none.</summary>
    public string? Doubt => _patterns.Find(x => x.IsDoubtful)?.Text;

    /// <summary>Reads the ignore file of a Dockerfile: <c>Dockerfile.dockerignore</c>, or else the context's <c>.dockerignore</c>; null if BuildKit finds neither.</summary>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="context">The folder of the context.</param>
    /// <exception cref="DeliveryException">It cannot be read.</exception>
    public static IgnoreFile? Of(string dockerfile, string context) => FileOf(dockerfile, context) is { } file ? new(Encoding.UTF8.GetString(InputFile.Read(file, Largest))) : null;

    /// <summary>Where that file is; null if BuildKit finds neither.</summary>
    public static string? FileOf(string dockerfile, string context) => PlacesOf(dockerfile, context).Select(x => Found(x.Folder, x.Name)).FirstOrDefault(x => x is not null);

    /// <summary>A link in its place that leads to nothing in the folder that BuildKit gets: BuildKit does not follow it further.</summary>
    public static string? LostLinkOf(string dockerfile, string context) =>
        PlacesOf(dockerfile, context).Where(x => Found(x.Folder, x.Name) is null).Select(x => Path.Combine(x.Folder, x.Name)).FirstOrDefault(File.Exists);

    /// <summary>Whether a file is excluded from the context. Where that is not certain, it is not.</summary>
    /// <param name="path">Its path in the context, with slashes.</param>
    public bool LeavesOut(string path)
    {
        // Without exceptions, a pattern that is not known can exclude more only.
        if (Doubt is not null && _patterns.Exists(x => x.IsException)) return false;
        var (parts, isMatched, isOut) = (path.Split('/'), new bool[_patterns.Count], false);
        foreach (var place in Enumerable.Range(1, parts.Length).Select(x => string.Join('/', parts[..x])))
        {
            isOut = false;
            for (var i = 0; i < _patterns.Count; i++)
            {
                // A pattern that would change nothing for a folder is not tried there, and then does not count for what is in it either.
                if (!isMatched[i] && (_patterns[i].IsException != isOut || !_patterns[i].Matches(place))) continue;
                (isMatched[i], isOut) = (true, !_patterns[i].IsException);
            }
        }

        return isOut;
    }

    // BuildKit gets the folder of each, and follows links as if that were the root.
    private static (string Folder, string Name)[] PlacesOf(string dockerfile, string context) =>
        [(Path.GetDirectoryName(dockerfile)!, $"{Path.GetFileName(dockerfile)}.dockerignore"), (context, ".dockerignore")];

    private static string? Found(string folder, string name) => RootedPath.Resolve(folder, name) is { } file && File.Exists(file) ? file : null;

    private static string Rootless(string path) => path.Length == 0 ? "" : Clean(path) is { Length: > 1 } cleaned && cleaned[0] == '/' ? cleaned[1..] : Clean(path);

    // As Go's path.Clean.
    private static string Clean(string path)
    {
        var (isRooted, parts) = (path.StartsWith('/'), new List<string>());
        foreach (var part in path.Split('/').Where(x => x is not ("" or ".")))
        {
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (!isRooted) parts.Add(part);
        }

        return isRooted ? $"/{string.Join('/', parts)}" : parts.Count > 0 ? string.Join('/', parts) : ".";
    }
}
