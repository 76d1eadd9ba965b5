using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
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
internal sealed partial class WorkingTree(Git clone, string root)
{
    // The mode of a submodule and of a program, as `git ls-tree` has them.
    private const string Submodule = "160000", Program = "100755", RegularFile = "100644";

    // Which files are looked at, and how, these say. One that is not committed says it for this clone alone.
    private static readonly string[] Deciding = [".gitignore", ".gitattributes"];

    // What a commit's bytes become on disk depends on these. `input` for line endings is not among them: it writes them as they are.
    private const string OnDisk = @"^(core\.(autocrlf|eol|symlinks|precomposeunicode|longpaths)|filter\..*|extensions\.objectformat)$";

    // What makes git take other settings.
    private static readonly string[] Withheld = ["GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_ATTR_SOURCE"];

    // Those by which git takes none of a person's and of the machine's.
    private static readonly Dictionary<string, string?> NoSettings = new() { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_ATTR_NOSYSTEM"] = "1" };

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
        var inClone = await FilterEnvironmentAsync(cancellationToken);
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
        foreach (var (name, value) in settings)
        {
            if (name == "core.autocrlf" && value.Equals("input", StringComparison.OrdinalIgnoreCase)) continue;
            if (name == "core.symlinks" && !OperatingSystem.IsWindows()) continue;
            Write(name, value.Length > 0 && FilterCommand().IsMatch(name) ? $"{inClone}{value}" : value);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "config"), config.ToString(), cancellationToken);
        return clone.With(root, new Dictionary<string, string?>(Withheld.Select(x => KeyValuePair.Create(x, (string?)null)).Concat(NoSettings))
        {
            ["GIT_DIR"] = folder,
            ["GIT_WORK_TREE"] = root,
            ["GIT_OBJECT_DIRECTORY"] = await clone.PathOfAsync("objects", cancellationToken),
        });

        void Write(string name, string value)
        {
            var (section, key) = (name[..name.IndexOf('.', StringComparison.Ordinal)], name[(name.LastIndexOf('.') + 1)..]);
            var part = name.Length > section.Length + key.Length + 1 ? $" \"{Quoted(name[(section.Length + 1)..^(key.Length + 1)])}\"" : "";
            config.Append($"[{section}{part}]\n\t{key} = \"{Quoted(value).Replace("\n", "\\n", StringComparison.Ordinal)}\"\n");
        }

        static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    // A filter is a program of the clone's, which asks git for its settings and keys: it gets the clone's own environment, in which a shell begins it.
    // Source: gitattributes, "filter".
    private async Task<string> FilterEnvironmentAsync(CancellationToken cancellationToken)
    {
        var environment = ProcessEnvironment.Read();
        var given = NoSettings.Keys.Where(x => environment.Find(x) is not null).Select(x => $"{x}={Command.Quote(environment.Find(x)!)}");
        string[] set = [$"GIT_DIR={Command.Quote(await clone.PathOfAsync("", cancellationToken))}", $"GIT_WORK_TREE={Command.Quote(root)}", .. given];
        return $"unset GIT_OBJECT_DIRECTORY {string.Join(' ', NoSettings.Keys)}; export {string.Join(' ', set)}; ";
    }

    // A file system without modes, as Windows' in Linux or a virtual machine's shared folder, shows all files alike; git is told so when it clones there.
    private async Task<bool> HasModesAsync(IReadOnlyList<Committed> committed, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) return false;
        var settings = await clone.SettingsAsync(@"^core\.filemode$", cancellationToken);
        if (settings is not [.., var (_, value)] || !value.Equals("false", StringComparison.OrdinalIgnoreCase)) return true;
        return committed.Where(x => x.Mode is Program or RegularFile).Select(x => Path.Combine(root, x.File)).Where(File.Exists).Select(IsProgram).Distinct().Count() > 1;
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
        var entry = Path.Combine(folder, ".git");
        if (!Path.Exists(entry)) return Directory.EnumerateFileSystemEntries(folder).Any();
        // Named, as git itself does it: whose folder it is was asked for the whole clone.
        var git = clone.With(folder, new Dictionary<string, string?> { ["GIT_DIR"] = await clone.GitDirectoryAsync(entry, cancellationToken), ["GIT_WORK_TREE"] = folder });
        return await git.CommitOfAsync("HEAD", cancellationToken) != commit || (await new WorkingTree(git, folder).ChangesAsync(cancellationToken)).Count > 0;
    }

    [GeneratedRegex(@"^filter\..*\.(clean|smudge|process)$", RegexOptions.Singleline)]
    private static partial Regex FilterCommand();
}
