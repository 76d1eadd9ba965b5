using Acci.Delivery.Sessions;

namespace Acci.Delivery.Versioning;

/// <summary>
/// Compares a working tree with its commit as a fresh clone has it, byte by byte. So nothing that belongs to one clone or one person hides a change: marks and times in an
/// index, a sparse checkout, lists of ignored files and of attributes that are not committed, replaced commits, what git leaves out when it commits a file.
/// </summary>
/// <param name="clone">The clone.</param>
/// <param name="root">The root of its working tree.</param>
internal sealed class WorkingTree(Git clone, string root)
{
    // How many files are written anew at once, which bounds the space they take.
    private const int Portion = 100;

    private readonly LinkedFolders _links = new(root);

    /// <summary>The files that differ from the commit or lie beside it, one a line, as <c>git status --short</c> has them.</summary>
    /// <exception cref="DeliveryException">git cannot tell.</exception>
    public async Task<IReadOnlyList<string>> ChangesAsync(CancellationToken cancellationToken)
    {
        // The comparison needs no index of the clone's, and other questions do: git says here what is wrong with it.
        await clone.FilesAsync(cancellationToken);
        var commit = await clone.CommitOfAsync("HEAD", cancellationToken);
        var committed = commit is null ? [] : await CommittedFile.ListAsync(clone, commit, cancellationToken);
        var (folder, deletion) = Session.Current.TemporaryFolderOfLook();
        using (deletion)
        {
            var fresh = await FreshClone.BorrowAsync(clone, root, folder, commit, cancellationToken);
            string[] changes =
            [
                .. await ChangedAsync(fresh, [.. committed.Where(x => !x.IsSubmodule && !FileName.IsMangled(x.File))], cancellationToken),
                .. await SubmodulesAsync([.. committed.Where(x => x.IsSubmodule)], cancellationToken),
                .. (await fresh.OthersAsync(committed, cancellationToken)).Select(x => $"?? {x}"),
                .. committed.Any(x => FileName.IsMangled(x.File)) ? (await fresh.StatusAsync(cancellationToken)).Where(FileName.IsMangled) : [],
            ];
            return [.. changes.Distinct().OrderBy(x => x[3..], StringComparer.Ordinal)];
        }
    }

    private async Task<IEnumerable<string>> ChangedAsync(FreshClone fresh, IReadOnlyList<CommittedFile> committed, CancellationToken cancellationToken)
    {
        var found = new List<(CommittedFile File, FileState State)>();
        foreach (var file in committed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add((file, _links.LeadsElsewhere(file.File) ? FileState.Missing : StateOf(file)));
        }

        var modes = await ModesAsync([.. found.Where(x => x.State is FileState.Same or FileState.OtherBytes).Select(x => x.File).Where(x => x.HasMode)], cancellationToken);
        var changed = found.Where(x => x.State == FileState.OtherBytes).Select(x => x.File).ToList();
        var written = new HashSet<string>();
        foreach (var portion in changed.Where(x => x.HasMode).Chunk(Portion))
            written.UnionWith(await fresh.FindWrittenAsync([.. portion.Select(x => x.File)], cancellationToken));
        return
        [
            .. found.Where(x => x.State == FileState.Missing).Select(x => $" D {x.File.File}"),
            .. found.Where(x => x.State == FileState.OtherType).Select(x => $" T {x.File.File}"),
            .. changed.Where(x => !written.Contains(x.File)).Concat(modes).Select(x => $" M {x.File}"),
        ];
    }

    private FileState StateOf(CommittedFile file)
    {
        try
        {
            return file.StateIn(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var remedy = exception is UnauthorizedAccessException ? "Make it readable (chmod u+r), or check" : "Check";
            throw new DeliveryException(
                $"{Path.Combine(root, file.File)} cannot be read, so the build cannot compare it with the commit: {exception.Message} {remedy} it out again.", exception);
        }
    }

    // A file system without modes, as Windows' in Linux or a virtual machine's shared folder, shows all files alike, or most of them wrong; git is told so when it clones there.
    private async Task<IReadOnlyList<CommittedFile>> ModesAsync(IReadOnlyList<CommittedFile> files, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) return [];
        var changed = files.Where(x => x.IsProgramIn(root) != x.IsProgram).ToList();
        var isPlausible = changed.Count * 2 < files.Count && files.Select(x => x.IsProgramIn(root)).Distinct().Count() > 1;
        if (changed.Count == 0 || isPlausible) return changed;
        return await clone.SettingsAsync(@"^core\.filemode$", cancellationToken) is [.., var (_, value)] && value.Equals("false", StringComparison.OrdinalIgnoreCase) ? [] : changed;
    }

    private async Task<IEnumerable<string>> SubmodulesAsync(IReadOnlyList<CommittedFile> submodules, CancellationToken cancellationToken)
    {
        var changed = new List<string>();
        foreach (var submodule in submodules)
        {
            var folder = Path.Combine(root, submodule.File);
            if (new DirectoryInfo(folder).LinkTarget is not null) changed.Add($" T {submodule.File}");
            else if (!Directory.Exists(folder) || _links.LeadsElsewhere(submodule.File) || FileName.IsMangled(submodule.File)) changed.Add($" D {submodule.File}");
            else if (await ChangeAsync(folder, submodule.Hash, cancellationToken) is { } kind) changed.Add($"{kind} {submodule.File}");
        }

        return changed;
    }

    // Another commit, or something besides it; an empty folder is a submodule that was never fetched. Source: git-status(1), Short Format.
    private async Task<string?> ChangeAsync(string folder, string commit, CancellationToken cancellationToken)
    {
        var entry = Path.Combine(folder, ".git");
        if (!Path.Exists(entry)) return Directory.EnumerateFileSystemEntries(folder).Any() ? " m" : null;
        // Named, as git itself does it: whose folder it is was asked for the whole clone.
        var git = clone.With(folder, new Dictionary<string, string?> { ["GIT_DIR"] = await clone.GitDirectoryAsync(entry, cancellationToken), ["GIT_WORK_TREE"] = folder });
        return await git.CommitOfAsync("HEAD", cancellationToken) != commit ? " M" : (await new WorkingTree(git, folder).ChangesAsync(cancellationToken)).Count > 0 ? " m" : null;
    }

    // Folders of the tree that are links: what lies behind one is not the commit's.
    private sealed class LinkedFolders(string root)
    {
        private readonly Dictionary<string, bool> _known = new() { [""] = false };

        public bool LeadsElsewhere(string file) => IsLinked(Path.GetDirectoryName(file) ?? "");

        private bool IsLinked(string folder)
        {
            if (!_known.TryGetValue(folder, out var linked))
                _known[folder] = linked = IsLinked(Path.GetDirectoryName(folder) ?? "") || new DirectoryInfo(Path.Combine(root, folder)).LinkTarget is not null;
            return linked;
        }
    }
}
