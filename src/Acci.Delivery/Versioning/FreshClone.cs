using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Versioning;

/// <summary>
/// What a fresh clone of a commit has: a git directory and a working tree of their own, which borrow the objects of a clone and take over only those of its settings by which git
/// writes committed files to disk. Files are written there only when asked for. Source: git, "gitrepository-layout"; "gitignore"; "gitattributes".
/// </summary>
internal sealed partial class FreshClone
{
    // How many folders one command gets.
    private const int Portion = 200;

    // What a commit's bytes become on disk depends on these.
    private const string OnDisk = @"^(core\.(autocrlf|eol|symlinks|precomposeunicode)|filter\..*|extensions\.objectformat)$";

    // What makes git take other settings.
    private static readonly string[] Withheld = ["GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_ATTR_SOURCE"];

    // Those by which git takes none of a person's and of the machine's.
    private static readonly Dictionary<string, string?> NoSettings = new() { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_ATTR_NOSYSTEM"] = "1" };

    private readonly string _root;
    private readonly string _folder;
    private readonly Git _overRoot;
    private readonly Git _own;

    private FreshClone(string root, string folder, Git overRoot)
    {
        (_root, _folder, _overRoot) = (root, folder, overRoot);
        Directory.CreateDirectory(Tree);
        _own = overRoot.With(Tree, new Dictionary<string, string?> { ["GIT_WORK_TREE"] = Tree });
    }

    private string Tree => Path.Combine(_folder, "tree");

    /// <summary>Makes one in an empty folder.</summary>
    /// <param name="clone">Whose objects and settings it borrows.</param>
    /// <param name="root">The root of the clone's working tree.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="commit">What is checked out; none where there is no commit.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FreshClone> BorrowAsync(Git clone, string root, string folder, string? commit, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(folder, "git");
        Directory.CreateDirectory(Path.Combine(directory, "refs"));
        await File.WriteAllTextAsync(Path.Combine(directory, "HEAD"), commit is null ? "ref: refs/heads/none\n" : $"{commit}\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "config"), await ConfigurationAsync(clone, root, cancellationToken), cancellationToken);
        var git = clone.With(root, new Dictionary<string, string?>(Withheld.Select(x => KeyValuePair.Create(x, (string?)null)).Concat(NoSettings))
        {
            ["GIT_DIR"] = directory,
            ["GIT_WORK_TREE"] = root,
            ["GIT_OBJECT_DIRECTORY"] = await clone.PathOfAsync("objects", cancellationToken),
        });
        if (commit is not null) await git.ListAsync(cancellationToken, "read-tree", commit);
        return new FreshClone(root, folder, git);
    }

    /// <summary>Which of these files the other working tree has as this clone writes them: with its line endings, filters and encodings.</summary>
    /// <exception cref="DeliveryException">git cannot write them.</exception>
    public async Task<IEnumerable<string>> FindWrittenAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        Directory.Delete(Tree, recursive: true);
        Directory.CreateDirectory(Tree);
        await _own.CheckOutAsync(files, cancellationToken);
        var same = files.Where(HasSameBytes).ToHashSet();
        var large = files.Where(x => !same.Contains(x) && LfsPointer.IsOf(InTree(x), InRoot(x))).ToList();
        // Without the attribute a pointer is a file like any other.
        return large.Count > 0 ? same.Concat(await _own.FilteredAsync("lfs", large, cancellationToken)) : same;
    }

    /// <summary>The files of the other working tree that are neither committed nor ignored by a committed list.</summary>
    public async Task<IReadOnlyList<string>> OthersAsync(IReadOnlyList<CommittedFile> committed, CancellationToken cancellationToken)
    {
        var others = await _overRoot.ListAsync(cancellationToken, "ls-files", "-z", "--others", "--directory", "--no-empty-directory");
        if (others.Count == 0) return [];
        Directory.Delete(Tree, recursive: true);
        Directory.CreateDirectory(Tree);
        // In a folder that is not there, nothing lies beside; and a clone without it may not have its list either.
        var lists = committed.Where(x => x.HasMode && Path.GetFileName(x.File) == ".gitignore").Select(x => x.File)
            .Where(x => Directory.Exists(Path.Combine(_root, Path.GetDirectoryName(x)!))).ToList();
        if (lists.Count > 0) await _own.CheckOutAsync(lists, cancellationToken);
        var counted = await NotIgnoredAsync(others, cancellationToken);
        var found = counted.Where(x => !IsFolder(x)).ToList();
        // Of an ignored folder nothing counts. What a folder that is not ignored holds is asked for each file.
        foreach (var folders in counted.Where(IsFolder).Chunk(Portion))
        {
            var files = await _overRoot.ListAsync(cancellationToken, ["ls-files", "-z", "--others", "--", .. folders.Select(x => $":(literal){x}")]);
            found.AddRange(await NotIgnoredAsync(files, cancellationToken));
            // It holds something, or git had not listed it: under the name that it has here git does not find it.
            found.AddRange(folders.Where(folder => FileName.IsMangled(folder) || !files.Any(x => x.StartsWith(folder, StringComparison.Ordinal))));
        }

        return found;
    }

    /// <summary>The files of the other working tree whose bytes, type or mode git itself finds changed, one a line. It takes all attributes away, so it is the last question.</summary>
    public async Task<IReadOnlyList<string>> StatusAsync(CancellationToken cancellationToken)
    {
        // These come before all others. Source: git, "gitattributes".
        var attributes = Path.Combine(await _overRoot.PathOfAsync("info", cancellationToken), "attributes");
        Directory.CreateDirectory(Path.GetDirectoryName(attributes)!);
        await File.WriteAllTextAsync(attributes, "* -text -ident -filter !working-tree-encoding\n", cancellationToken);
        return await _overRoot.ListAsync(cancellationToken, "status", "--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames");
    }

    private static bool IsFolder(string path) => path.EndsWith('/');

    private async Task<IReadOnlyList<string>> NotIgnoredAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var asked = paths.ToLookup(FileName.ThatReachesGit);
        // Whether it is a folder git sees here.
        foreach (var folder in asked.Select(x => x.Key).Where(IsFolder)) Directory.CreateDirectory(Path.Combine(Tree, folder));
        var ignored = await _own.IgnoredAsync(asked.Select(x => x.Key).Where(x => x.Length > 0).Select(AsGitTakesIt), cancellationToken);
        return [.. asked.Where(x => !ignored.Contains(AsGitTakesIt(x.Key))).SelectMany(x => x)];

        // A name may begin with a colon.
        static string AsGitTakesIt(string path) => $"./{path.TrimEnd('/')}";
    }

    private FileInfo InTree(string file) => new(Path.Combine(Tree, file));

    private FileInfo InRoot(string file) => new(Path.Combine(_root, file));

    private bool HasSameBytes(string file)
    {
        var (one, other) = (InTree(file), InRoot(file));
        if (one.Length != other.Length) return false;
        using var first = one.OpenRead();
        using var second = other.OpenRead();
        var (left, right) = (new byte[64 * 1024], new byte[64 * 1024]);
        while (true)
        {
            var read = first.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            if (second.ReadAtLeast(right, right.Length, throwOnEndOfStream: false) != read || !left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read))) return false;
            if (read < left.Length) return true;
        }
    }

    private static async Task<string> ConfigurationAsync(Git clone, string root, CancellationToken cancellationToken)
    {
        var settings = await clone.SettingsAsync(OnDisk, cancellationToken);
        var inClone = await FilterEnvironmentAsync(clone, root, cancellationToken);
        var config = new StringBuilder();
        Write("core.repositoryFormatVersion", settings.Any(x => x.Name == "extensions.objectformat") ? "1" : "0");
        Write("core.bare", "false");
        Write("core.excludesFile", "/dev/null");
        Write("core.attributesFile", "/dev/null");
        // The folder of this clone may have a longer path than the other one. Source: Git for Windows.
        Write("core.longpaths", "true");
        // Also where the file system does not tell case apart, an image gets its files under the names that they have.
        Write("core.ignoreCase", "false");
        foreach (var (name, value) in settings)
        {
            // What Git LFS writes is compared by its digest.
            if ((name == "core.symlinks" && !OperatingSystem.IsWindows()) || name.StartsWith("filter.lfs.", StringComparison.Ordinal)) continue;
            // git puts the file's name in place of %f, but not where one process takes all files.
            var before = name.EndsWith(".process", StringComparison.Ordinal) ? inClone : inClone.Replace("%", "%%", StringComparison.Ordinal);
            Write(name, value.Length > 0 && FilterCommand().IsMatch(name) ? $"{before}{value}" : value);
        }

        return config.ToString();

        void Write(string name, string value)
        {
            var (section, key) = (name[..name.IndexOf('.', StringComparison.Ordinal)], name[(name.LastIndexOf('.') + 1)..]);
            var part = name.Length > section.Length + key.Length + 1 ? $" \"{Quoted(name[(section.Length + 1)..^(key.Length + 1)])}\"" : "";
            config.Append($"[{section}{part}]\n\t{key} = \"{Quoted(value).Replace("\n", "\\n", StringComparison.Ordinal)}\"\n");
        }

        static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    // A filter is a program of the clone's, which asks git for its settings and keys: a shell begins it in the clone's own environment and folder.
    // Source: gitattributes, "filter".
    private static async Task<string> FilterEnvironmentAsync(Git clone, string root, CancellationToken cancellationToken)
    {
        var environment = ProcessEnvironment.Read();
        var given = NoSettings.Keys.Where(x => environment.Find(x) is not null).Select(x => $"{x}={Command.Quote(environment.Find(x)!)}");
        string[] set = [$"GIT_DIR={Command.Quote(await clone.PathOfAsync("", cancellationToken))}", $"GIT_WORK_TREE={Command.Quote(root)}", .. given];
        return $"unset GIT_OBJECT_DIRECTORY {string.Join(' ', NoSettings.Keys)}; export {string.Join(' ', set)}; cd {Command.Quote(root)}; ";
    }

    [GeneratedRegex(@"^filter\..*\.(smudge|process)$", RegexOptions.Singleline)]
    private static partial Regex FilterCommand();
}
