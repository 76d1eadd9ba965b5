using Nuke.Common.IO;
using Nuke.Common.Utilities;

namespace Nuke.Common.Git;

/// <summary>What git keeps in <c>.git</c>, as far as a build asks for it.</summary>
internal sealed class GitFiles
{
    private readonly AbsolutePath _directory;
    private readonly AbsolutePath _common;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _config;
    private readonly Lazy<IReadOnlyList<(string Reference, string Commit)>> _packed;

    public GitFiles(AbsolutePath root)
    {
        var dotGit = root / ".git";
        // In a worktree, .git is a file that points to its own directory, and that to the one of the repository.
        _directory = dotGit.FileExists() ? Below(root, dotGit.ReadAllText().Trim().TrimStart("gitdir:").Trim()) : dotGit;
        _common = (_directory / "commondir").ExistingFile() is { } pointer ? Below(_directory, pointer.ReadAllText().Trim()) : _directory;
        _config = new Lazy<IReadOnlyDictionary<string, string>>(ReadConfig);
        _packed = new Lazy<IReadOnlyList<(string, string)>>(() => ReadPacked().ToList());
    }

    /// <summary>A reference, or a commit.</summary>
    public string Head => (_directory / "HEAD").ReadAllText().Trim().TrimStart("ref:").Trim();

    /// <summary>The commit of a reference; null if there is none yet.</summary>
    public string Resolve(string reference)
    {
        if (!reference.StartsWith("refs/", StringComparison.Ordinal))
            return reference;
        var file = new[] { _directory, _common }.Select(x => (x / reference).ExistingFile()).FirstOrDefault(x => x is not null);
        return file is not null
            ? Resolve(file.ReadAllText().Trim().TrimStart("ref:").Trim())
            : _packed.Value.FirstOrDefault(x => x.Reference == reference).Commit;
    }

    public IReadOnlyCollection<string> TagsOf(string commit)
    {
        const string tags = "refs/tags/";
        if (commit is null)
            return [];
        var directory = _common / "refs" / "tags";
        var loose = directory.DirectoryExists()
            ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Where(x => File.ReadAllText(x).Trim() == commit)
                .Select(x => PathConstruction.GetRelativePath(directory, x))
            : [];
        var packed = _packed.Value
            .Where(x => x.Commit == commit && x.Reference.StartsWith(tags, StringComparison.Ordinal))
            .Select(x => x.Reference[tags.Length..]);
        return loose.Concat(packed).Distinct().Order(StringComparer.Ordinal).ToList();
    }

    /// <summary>The remote and its branch that a branch follows; otherwise <c>origin</c>, or the only remote.</summary>
    public (string Name, string Branch) RemoteOf(string branch)
    {
        if (branch is not null && _config.Value.TryGetValue($"branch.{branch}.remote", out var name))
            return (name, _config.Value.TryGetValue($"branch.{branch}.merge", out var merge) ? merge.TrimStart("refs/heads/") : null);
        var remotes = _config.Value.Keys
            .Where(x => x.StartsWith("remote.", StringComparison.Ordinal) && x.EndsWith(".url", StringComparison.Ordinal))
            .Select(x => x["remote.".Length..^".url".Length])
            .ToList();
        return (remotes.Contains("origin") ? "origin" : remotes.Count == 1 ? remotes[0] : null, null);
    }

    public string UrlOf(string remote) => remote is not null && _config.Value.TryGetValue($"remote.{remote}.url", out var url) ? url : null;

    private static AbsolutePath Below(AbsolutePath directory, string path) => PathConstruction.HasPathRoot(path) ? path : directory / path;

    /// <summary>Keys are <c>section.subsection.name</c>; the last value counts.</summary>
    private Dictionary<string, string> ReadConfig()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var section = string.Empty;
        foreach (var line in (_common / "config").ReadAllLines().Select(x => x.Trim()))
        {
            if (line is ['[', .., ']'])
            {
                var header = line[1..^1].Split(' ', 2);
                section = header.Length == 1 ? header[0] : $"{header[0]}.{header[1].Trim('"')}";
            }
            else if (line.Split('=', 2) is [var name, var value] && !line.StartsWith('#') && !line.StartsWith(';'))
            {
                values[$"{section}.{name.Trim()}"] = value.Trim().Trim('"');
            }
        }

        return values;
    }

    /// <summary>A line with <c>^</c> names the commit of the annotated tag before it.</summary>
    private IEnumerable<(string Reference, string Commit)> ReadPacked()
    {
        if ((_common / "packed-refs").ExistingFile() is not { } file)
            yield break;
        (string Reference, string Commit) last = default;
        foreach (var line in file.ReadAllLines())
        {
            if (line is ['^', ..])
            {
                last.Commit = line[1..].Trim();
                continue;
            }

            if (last.Reference is not null)
                yield return last;
            last = line is [not '#', ..] && line.Split(' ', 2) is [var commit, var reference] ? (reference.Trim(), commit) : default;
        }

        if (last.Reference is not null)
            yield return last;
    }
}
