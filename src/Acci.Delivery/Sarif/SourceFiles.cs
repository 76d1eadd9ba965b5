using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Finds the file of a working tree that a SARIF location names, by the rules of github/codeql-action: a relative URI is taken to be relative to the root,
/// whatever its base; an absolute one has to lie below the root.
/// </summary>
/// <param name="root">The working tree's root.</param>
public sealed class SourceFiles(string root)
{
    private const string FileScheme = "file://";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
    private readonly Dictionary<string, string?> _found = new(StringComparer.Ordinal);

    /// <summary>The file's full path, or null when the location names no file below the root.</summary>
    /// <param name="location">The location; one without a URI is looked up by its index.</param>
    /// <param name="artifacts">The run's artifacts.</param>
    public string? Find(ArtifactLocation? location, IList<Artifact>? artifacts)
    {
        if (location is null) return null;
        if (string.IsNullOrEmpty(location.Uri?.OriginalString) && location.Index >= 0) location = location.Index < artifacts?.Count ? artifacts[location.Index]?.Location : null;
        if (location?.Uri?.OriginalString is not { } uri) return null;
        if (!_found.TryGetValue(uri, out var file)) _found[uri] = file = Find(uri);
        return file;
    }

    private string? Find(string uri)
    {
        if (!TryDecode(uri, out var path)) return null;
        if (path.StartsWith(FileScheme, StringComparison.Ordinal)) path = path[FileScheme.Length..];
        if (path.Length == 0 || path.Contains("://", StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)) return null;
        var full = Path.GetFullPath(path, _root);
        return IsBelowRoot(full) && File.Exists(full) && IsBelowRoot(Target(full)) ? full : null;
    }

    private bool IsBelowRoot(string path) => path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // A link in the tree may lead anywhere, to a device that never ends too.
    private static string Target(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return "";
        }
    }

    // Unlike Uri.UnescapeDataString, what is not well-formed is no path at all.
    private static bool TryDecode(string uri, [NotNullWhen(true)] out string? path)
    {
        path = null;
        if (!uri.Contains('%', StringComparison.Ordinal))
        {
            path = uri;
            return true;
        }

        var bytes = new List<byte>(uri.Length);
        for (var i = 0; i < uri.Length;)
        {
            if (uri[i] == '%')
            {
                if (i + 2 >= uri.Length || !char.IsAsciiHexDigit(uri[i + 1]) || !char.IsAsciiHexDigit(uri[i + 2])) return false;
                bytes.Add(Convert.ToByte(uri.Substring(i + 1, 2), 16));
                i += 3;
            }
            else
            {
                var length = char.IsHighSurrogate(uri[i]) && i + 1 < uri.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(uri.Substring(i, length)));
                i += length;
            }
        }

        try
        {
            path = Strict.GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
