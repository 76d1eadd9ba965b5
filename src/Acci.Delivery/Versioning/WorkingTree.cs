using System.Text;
using Acci.Delivery.Sessions;

namespace Acci.Delivery.Versioning;

/// <summary>
/// Compares a working tree with its commit as a fresh clone sees it, by a git directory of the comparison's own. It borrows the clone's objects and takes over only the settings
/// by which git writes committed files to disk. So nothing that belongs to one clone or one person hides a change: marks and times in an index, a sparse checkout, lists of
/// ignored files and of attributes that are not committed, replaced commits, settings.
/// Source: git, "gitrepository-layout"; "gitignore"; "gitattributes".
/// </summary>
/// <param name="clone">The clone.</param>
/// <param name="root">The root of its working tree.</param>
internal sealed class WorkingTree(Git clone, string root)
{
    // The mode of a submodule and of a program, as `git ls-tree` has them.
    private const string Submodule = "160000", Program = "100755", RegularFile = "100644";

    // Which files are looked at, and how, these say. One that is not committed says it for this clone alone.
    private static readonly string[] Deciding = [".gitignore", ".gitattributes"];

    // What a commit's bytes become on disk depends on these. `input` for line endings is not among them: it writes them as they are.
    private const string OnDisk = @"^(core\.(autocrlf|eol|symlinks|precomposeunicode)|filter\..*|lfs\..*|extensions\.objectformat)$";

    // What makes git take another repository, other settings or another meaning of a path.
    private static readonly string[] Withheld = ["GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_ATTR_SOURCE"];

    private sealed record Committed(string Mode, string Hash, string File);

    /// <summary>The files that differ from the commit or lie beside it, one a line, as <c>git status --porcelain</c> has them.</summary>
    /// <exception cref="DeliveryException">git cannot tell.</exception>
    public async Task<IReadOnlyList<string>> ChangesAsync(CancellationToken cancellationToken)
    {
        // The comparison needs no index of the clone's, and other questions do: git says here what is wrong with it.
        await clone.FilesAsync(cancellationToken);
        var (folder, deletion) = Session.Current.TemporaryFolderOfLook();
        using (deletion)
        {
            var commit = await clone.CommitOfAsync("HEAD", cancellationToken);
            var committed = commit is null ? [] : await CommittedAsync(commit, cancellationToken);
            var git = await BorrowAsync(folder, commit, committed, cancellationToken);
            if (commit is not null) await git.ListAsync(cancellationToken, "read-tree", commit);
            var changes = await git.ListAsync(cancellationToken, "status", "--porcelain", "-z", "--untracked-files=normal", "--ignore-submodules=all", "--no-renames");
            return [.. changes.Concat(await DecidingAsync(git, cancellationToken)).Concat(await SubmodulesAsync(committed, cancellationToken)).Distinct()];
        }
    }

    private async Task<IReadOnlyList<Committed>> CommittedAsync(string commit, CancellationToken cancellationToken) =>
    [
        // "100644 blob 0123… <tab> folder/file"
        .. (await clone.ListAsync(cancellationToken, "ls-tree", "-r", "-z", "--full-tree", commit))
            .Select(x => x.Split('\t', 2)).Select(x => (What: x[0].Split(' '), File: x[1])).Select(x => new Committed(x.What[0], x.What[^1], x.File)),
    ];

    private async Task<Git> BorrowAsync(string folder, string? commit, IReadOnlyList<Committed> committed, CancellationToken cancellationToken)
    {
        var settings = await clone.SettingsAsync(OnDisk, cancellationToken);
        var common = await clone.PathOfAsync("", cancellationToken);
        Directory.CreateDirectory(Path.Combine(folder, "refs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "HEAD"), commit is null ? "ref: refs/heads/none\n" : $"{commit}\n", cancellationToken);
        var config = new StringBuilder();
        Write("core.repositoryFormatVersion", settings.Any(x => x.Name == "extensions.objectformat") ? "1" : "0");
        Write("core.bare", "false");
        Write("core.excludesFile", "/dev/null");
        Write("core.attributesFile", "/dev/null");
        // As `git init` finds them out.
        Write("core.ignoreCase", Path.Exists(Path.Combine(root, ".GIT")) ? "true" : "false");
        Write("core.fileMode", await HasModesAsync(committed, cancellationToken) ? "true" : "false");
        // Large files are found where they are, and not copied.
        Write("lfs.storage", Path.Combine(common, settings.LastOrDefault(x => x.Name == "lfs.storage").Value ?? "lfs"));
        foreach (var (name, value) in settings)
        {
            if (name == "core.autocrlf" && value.Equals("input", StringComparison.OrdinalIgnoreCase)) continue;
            if (name == "core.symlinks" && !OperatingSystem.IsWindows()) continue;
            if (name != "lfs.storage") Write(name, value);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "config"), config.ToString(), cancellationToken);
        return clone.With(root, new Dictionary<string, string?>(Withheld.Select(x => KeyValuePair.Create(x, (string?)null)))
        {
            ["GIT_DIR"] = folder,
            ["GIT_WORK_TREE"] = root,
            ["GIT_OBJECT_DIRECTORY"] = await clone.PathOfAsync("objects", cancellationToken),
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_ATTR_NOSYSTEM"] = "1",
        });

        void Write(string name, string value)
        {
            var (section, key) = (name[..name.IndexOf('.', StringComparison.Ordinal)], name[(name.LastIndexOf('.') + 1)..]);
            var part = name.Length > section.Length + key.Length + 1 ? $" \"{Quoted(name[(section.Length + 1)..^(key.Length + 1)])}\"" : "";
            config.Append($"[{section}{part}]\n\t{key} = \"{Quoted(value).Replace("\n", "\\n", StringComparison.Ordinal)}\"\n");
        }

        static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    // A file system without modes, as Windows' in Linux or a virtual machine's shared folder, shows every file as a program; git is told so when it clones there.
    private async Task<bool> HasModesAsync(IReadOnlyList<Committed> committed, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) return false;
        var settings = await clone.SettingsAsync(@"^core\.filemode$", cancellationToken);
        if (settings is not [.., var (_, value)] || !value.Equals("false", StringComparison.OrdinalIgnoreCase)) return true;
        return committed.Where(x => x.Mode is Program or RegularFile).Select(x => Path.Combine(root, x.File)).Where(File.Exists).Any(x => !IsProgram(x));
    }

    private static bool IsProgram(string file) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);

    // Those that are not committed, and that only one that is not committed either hides. `git status` shows the others, or they lie in a folder that the commit ignores.
    private static async Task<IEnumerable<string>> DecidingAsync(Git git, CancellationToken cancellationToken)
    {
        var others = await git.ListAsync(cancellationToken, ["ls-files", "-z", "--others", "--", .. Deciding.Select(x => $":(glob)**/{x}")]);
        if (others.Count == 0) return [];
        var committed = (await git.ListAsync(cancellationToken, ["ls-files", "-z", "--", .. Deciding.Select(x => $":(glob)**/{x}")])).ToHashSet();
        var hidden = await git.IgnoredAsync(others, cancellationToken);
        return hidden.Where(x => !committed.Contains(x.List)).Select(x => $"?? {x.File}");
    }

    private async Task<IEnumerable<string>> SubmodulesAsync(IReadOnlyList<Committed> committed, CancellationToken cancellationToken)
    {
        var changed = new List<string>();
        foreach (var submodule in committed.Where(x => x.Mode == Submodule))
        {
            var folder = Path.Combine(root, submodule.File);
            if (!Directory.Exists(folder)) changed.Add($" D {submodule.File}");
            else if (await IsChangedAsync(folder, submodule.Hash, cancellationToken)) changed.Add($" M {submodule.File}");
        }

        return changed;
    }

    // An empty folder is a submodule that was never fetched.
    private async Task<bool> IsChangedAsync(string folder, string commit, CancellationToken cancellationToken)
    {
        if (!Path.Exists(Path.Combine(folder, ".git"))) return Directory.EnumerateFileSystemEntries(folder).Any();
        var git = clone.With(folder);
        return await git.CommitOfAsync("HEAD", cancellationToken) != commit || (await new WorkingTree(git, folder).ChangesAsync(cancellationToken)).Count > 0;
    }
}
