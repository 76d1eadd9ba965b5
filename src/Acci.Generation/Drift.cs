using DiffPlex.Renderer;

namespace Acci.Generation;

/// <summary>A generated file that is not what its sources say.</summary>
/// <param name="Path">The file, relative to the repository's root.</param>
/// <param name="Diff">What it would take to make it so, as a unified diff.</param>
public sealed record Drift(string Path, string Diff)
{
    /// <summary>Those of the files that are not what they should be; none of them is changed.</summary>
    /// <param name="root">The repository's root.</param>
    /// <param name="files">What they should be.</param>
    public static IReadOnlyList<Drift> Find(string root, IEnumerable<GeneratedFile> files) =>
    [
        .. from file in files
        where !file.IsUpToDate(root)
        let place = System.IO.Path.Combine(root, file.Path)
        select Between(file.Path, BoundedFile.Exists(place) ? BoundedFile.Read(place) : null, file.Content),
    ];

    /// <summary>The way from one text of a file to another; null where there is no file.</summary>
    public static Drift Between(string path, string? actual, string? expected) => new(
        path,
        // What stands behind the last line's end is no line.
        UnidiffRenderer.GenerateUnidiff(Lines(actual), Lines(expected), actual is null ? "/dev/null" : $"a/{path}", expected is null ? "/dev/null" : $"b/{path}", ignoreWhitespace: false, ignoreCase: false)
            .Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n') + "\n");

    private static string Lines(string? text) => text is [.. var lines, '\n'] ? lines : text ?? "";
}
