using System.Text;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Scanning;

/// <summary>The repository's files as they lie in the working tree, or as they were at a commit.</summary>
public sealed class RepositoryFiles
{
    private const int MaximumFileSize = 8 * 1024 * 1024;

    private readonly Func<string, byte[]?> _read;
    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _lines = new(StringComparer.Ordinal);

    private RepositoryFiles(IReadOnlyList<string> files, Func<string, byte[]?> read) => (Files, _read) = (files, read);

    /// <summary>No files.</summary>
    public static RepositoryFiles Empty { get; } = new([], _ => null);

    /// <summary>The files git knows, relative to the root, with slashes; none where there is no git.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The working tree below this root.</summary>
    public static async Task<RepositoryFiles> OfWorkingTreeAsync(string root, CancellationToken cancellationToken = default) => new(await new Git(root).FilesAsync(cancellationToken), file =>
    {
        var info = new FileInfo(Path.Combine(root, file));
        // A link leads elsewhere, and what is very large is written neither by hand nor by a package manager.
        return info.Exists && info.LinkTarget is null && info.Length <= MaximumFileSize ? InputFile.Read(info.FullName, MaximumFileSize) : null;
    });

    /// <summary>The tree of a commit, those files of it that are wanted; empty when the commit is not in this clone.</summary>
    public static async Task<RepositoryFiles> OfCommitAsync(string root, string revision, Func<string, bool> wanted, CancellationToken cancellationToken = default)
    {
        var git = new Git(root);
        if (revision.Length == 0 || await git.CommitOfAsync(revision, cancellationToken) is not { } commit) return Empty;
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in (await git.FilesAtAsync(commit, cancellationToken)).Where(wanted))
        {
            if (await git.ReadAtAsync(commit, file, cancellationToken) is { } text && text.Length <= MaximumFileSize) contents[file] = Encoding.UTF8.GetBytes(text);
        }

        return new RepositoryFiles([.. contents.Keys], contents.GetValueOrDefault);
    }

    /// <summary>A file's text as it is, with its byte order mark; null when there is no such file.</summary>
    public string? Text(string file)
    {
        if (_texts.TryGetValue(file, out var known)) return known;
        return _texts[file] = _read(file) is { } content ? Encoding.UTF8.GetString(content) : null;
    }

    /// <summary>A file's lines; none when there is no such file.</summary>
    public string[] Lines(string file)
    {
        if (_lines.TryGetValue(file, out var known)) return known;
        return _lines[file] = Text(file)?.ReplaceLineEndings("\n").Split('\n') ?? [];
    }
}
