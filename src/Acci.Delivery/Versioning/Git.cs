using System.Globalization;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Versioning;

/// <summary>
/// Asks git about one working directory. Null means that git knows nothing of that kind; if git cannot be used or cannot answer, that is an error.
/// </summary>
/// <param name="directory">The directory.</param>
/// <param name="variables">The variables that git gets beside those of this process; null takes one away.</param>
internal sealed class Git(string directory, IReadOnlyDictionary<string, string?>? variables = null)
{
    // git's own codes: nothing is there; a command that cannot go on; no such remote.
    private const int Nothing = 1;
    private const int Fatal = 128;
    private const int NoRemote = 2;
    private const int MostLines = 10;
    // So it says where it looked in all folders above. Of a damaged one, and of a submodule's, it names the folder.
    private const string NoRepository = "not a git repository (or any ";

    private const string GetObjects =
        "Objects of the repository are missing here. In a partial clone (git clone --filter), run `git fetch --refetch --no-filter` while its remote can be reached, or clone without --filter. "
        + "Any other clone is damaged: clone again.";

    // The questions that git answers with a code when there is nothing. What it says besides, such as a warning or a trace, is no answer.
    // Source: git's documentation of these commands.
    private static readonly string[][] AnsweredByCode = [["symbolic-ref", "--quiet"], ["rev-parse", "--verify", "--quiet"], ["show-ref"], ["config", "--null", "--get-regexp"], ["check-ignore"]];

    // So git begins to say that it went on without something damaged.
    private static readonly string[] Damages = ["fatal: ", "error: ", "warning: ignoring broken ref", "warning: ignoring dangling symref"];

    // So it says that an object is not here, and that it cannot be fetched either.
    private static readonly string[] LackOfObjects = ["unable to read sha1 file", "from promisor remote"];

    private static readonly Dictionary<string, string?> Variables = GitVariables.OfRepository.Concat(GitVariables.OfPaths).Concat(GitVariables.OfTraces)
        .Select(x => KeyValuePair.Create(x, (string?)null)).Concat(
    [
        KeyValuePair.Create("LC_ALL", (string?)"C"),
        // A question never waits for the locks of a git that someone else is running.
        KeyValuePair.Create("GIT_OPTIONAL_LOCKS", (string?)"0"),
        // What a commit holds is not what a replacement of it holds, which no other clone has.
        KeyValuePair.Create(GitVariables.NoReplacements, (string?)"1"),
        // Traces that are configured, too.
        .. GitVariables.OfConfiguredTraces.Select(x => KeyValuePair.Create(x, (string?)"0")),
    ]).ToDictionary();

    private readonly string _directory = Path.GetFullPath(directory);

    /// <summary>The directory lies in a working tree.</summary>
    /// <exception cref="DeliveryException">The directory does not exist, git cannot be started or cannot use the repository, or the repository is another project's.</exception>
    public async Task<bool> IsWorkingDirectoryAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_directory)) throw new DeliveryException($"The folder '{_directory}' does not exist, its version cannot be read.");
        try
        {
            var result = await RunAsync(null, cancellationToken, "rev-parse", "--is-inside-work-tree", "--show-prefix");
            if (OwnershipProblem(result) is { } problem) throw problem;
            if (result.Succeeded && result.StandardOutput.Split('\n') is ["true", var below, ..])
            {
                return below.Length == 0 || !await IsForeignAsync(cancellationToken) ? true : throw new DeliveryException(
                    $"The git repository around '{_directory}' ignores this folder and has no committed file of it, so its version, commit and tags are not this project's. "
                    + $"Run `git init` in '{_directory}', or build in a clone of the project's own repository.");
            }

            for (var folder = new DirectoryInfo(_directory); folder is not null; folder = folder.Parent)
            {
                if (!Path.Exists(Path.Combine(folder.FullName, ".git"))) continue;
                var reason = result.Succeeded ? "its working tree is elsewhere, or it has none (`git config core.worktree`, `git config core.bare`)" : Reason(result);
                throw new DeliveryException($"git cannot use the repository in '{folder.FullName}': {reason}. Repair it, or clone it again.");
            }

            return false;
        }
        catch (CommandFailedException exception)
        {
            throw new DeliveryException($"git, from which the version of '{_directory}' is read, cannot be started. Install it, or put it on the PATH.", exception);
        }
    }

    /// <summary>The folder below the repository's root that the directory is, with a slash at its end; null where it is the root.</summary>
    public Task<string?> PrefixAsync(CancellationToken cancellationToken) => AnswerAsync(cancellationToken, "rev-parse", "--show-prefix");

    // As it is with a project in a home folder that is a repository, which ignores what is not added by force.
    private async Task<bool> IsForeignAsync(CancellationToken cancellationToken) => await CommitOfAsync("HEAD", cancellationToken) is { } commit
        && (await ListAsync(cancellationToken, "ls-tree", "-z", commit)).Count == 0 && (await IgnoredAsync(["."], cancellationToken)).Count > 0;

    /// <summary>The commit that is checked out and when it was committed.</summary>
    /// <exception cref="DeliveryException">Its date is out of range.</exception>
    public async Task<(string Revision, DateTimeOffset Time)?> HeadAsync(CancellationToken cancellationToken) =>
        await CommitOfAsync("HEAD", cancellationToken) is { } revision ? (revision, (await TimeOfAsync(revision, cancellationToken))!.Value) : null;

    /// <summary>When a commit was committed; none where the commit is not here.</summary>
    /// <exception cref="DeliveryException">Its date is out of range.</exception>
    public async Task<DateTimeOffset?> TimeOfAsync(string revision, CancellationToken cancellationToken)
    {
        if (await CommitOfAsync(revision, cancellationToken) is not { } commit) return null;
        var text = await AnswerAsync(cancellationToken, "show", "--no-patch", "--no-show-signature", "--format=%ct %ci", "--end-of-options", commit) ?? "";
        return CommitTime.TryParse(text)
            ?? throw new DeliveryException($"The commit {commit} has a date that no calendar knows ({text.Split(' ')[0]} seconds since 1970). Build another commit, or amend it.");
    }

    /// <summary>The files that differ from the commit, or lie there and are neither committed nor ignored, one a line, as <c>git status --short</c> has them, whatever git is configured to hide.</summary>
    public async Task<IReadOnlyList<string>> ChangesAsync(CancellationToken cancellationToken) =>
        await TopFolderAsync(cancellationToken) is { } root ? await new WorkingTree(this, root).ChangesAsync(cancellationToken) : [];

    /// <summary>The root of the working tree; none outside of one.</summary>
    public Task<string?> TopFolderAsync(CancellationToken cancellationToken) => AnswerAsync(cancellationToken, "rev-parse", "--show-toplevel");

    /// <summary>The history is cut off.</summary>
    public async Task<bool> IsShallowAsync(CancellationToken cancellationToken) =>
        await AnswerAsync(cancellationToken, "rev-parse", "--is-shallow-repository") == "true";

    /// <summary>Whether a commit is an ancestor of another one, or the same; null where one of them is not here, or the history between them may be cut off.</summary>
    public async Task<bool?> IsAncestorAsync(string ancestor, string commit, CancellationToken cancellationToken)
    {
        if (await CommitOfAsync(ancestor, cancellationToken) is not { } one || await CommitOfAsync(commit, cancellationToken) is not { } other) return null;
        if (await AnswerAsync(cancellationToken, "rev-list", "--max-count=1", one, $"^{other}") is null) return true;
        return await IsShallowAsync(cancellationToken) ? null : false;
    }

    /// <summary>The branch that is checked out; none for a detached head.</summary>
    public Task<string?> BranchAsync(CancellationToken cancellationToken) => TargetAsync("HEAD", "refs/heads/", cancellationToken);

    /// <summary>The tags on the commit that is checked out.</summary>
    public Task<IReadOnlyList<string>> TagsAtHeadAsync(CancellationToken cancellationToken) => TagsAtAsync("HEAD", cancellationToken);

    /// <summary>The tags on a commit; none where the commit is not here.</summary>
    /// <exception cref="DeliveryException">A tag is damaged, this one or another.</exception>
    public async Task<IReadOnlyList<string>> TagsAtAsync(string revision, CancellationToken cancellationToken)
    {
        const string prefix = "refs/tags/", peeled = "^{}";
        if (await CommitOfAsync(revision, cancellationToken) is not { } commit) return [];
        // A tag with an object of its own has a second line, with what it leads to.
        var lines = (await AnswerAsync(cancellationToken, "show-ref", "--tags", "--dereference"))?.Split('\n', StringSplitOptions.TrimEntries) ?? [];
        return [.. lines.Select(line => line.Split(' ', 2)).Where(x => x[0] == commit).Select(x => x[1][prefix.Length..]).Select(x => x.EndsWith(peeled, StringComparison.Ordinal) ? x[..^peeled.Length] : x)];
    }

    /// <summary>The branches, without the remote's name, that the commit that is checked out is the tip of.</summary>
    public async Task<IReadOnlyList<string>> RemoteBranchesAtHeadAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "for-each-ref", "--points-at=HEAD", "--format=%(refname:lstrip=3)", "refs/remotes"))
        ?.Split('\n', StringSplitOptions.TrimEntries).Where(name => name != "HEAD").ToList() ?? [];

    /// <summary>The files git knows, relative to the directory, with slashes; none outside a working tree.</summary>
    public Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken) => ListAsync(cancellationToken, "ls-files", "-z");

    /// <summary>The files of a commit below the directory, relative to it, with slashes.</summary>
    public Task<IReadOnlyList<string>> FilesAtAsync(string revision, CancellationToken cancellationToken) =>
        ListAsync(cancellationToken, "ls-tree", "-r", "-z", "--name-only", revision);

    /// <summary>A file as it is staged, which is as it was committed where nothing has been staged; null where git does not know it, or its conflict is not resolved.</summary>
    public async Task<string?> ReadStagedAsync(string file, CancellationToken cancellationToken)
    {
        // The mode, the object and the stage, and behind a tab the name.
        var staged = (await ListAsync(cancellationToken, "ls-files", "--stage", "-z", "--", $":(literal){file}")).Select(x => x.Split('\t')[0].Split(' ')).FirstOrDefault(x => x[2] == "0");
        return staged is null ? null : await OutputAsync(null, cancellationToken, "cat-file", "blob", staged[1]);
    }

    /// <summary>A file, relative to the directory, as it was at a commit.</summary>
    public async Task<string?> ReadAtAsync(string revision, string file, CancellationToken cancellationToken) =>
        await RunAsync(null, cancellationToken, "cat-file", "blob", $"{revision}:./{file}") is { Succeeded: true } result ? result.StandardOutput : null;

    /// <summary>The commit that a name stands for; none where there is no such commit.</summary>
    public Task<string?> CommitOfAsync(string name, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken, "rev-parse", "--verify", "--quiet", "--end-of-options", $"{name}^{{commit}}");

    /// <summary>The address of the remote called <c>origin</c>.</summary>
    public Task<string?> OriginAsync(CancellationToken cancellationToken) => AnswerAsync(cancellationToken, "remote", "get-url", "origin");

    /// <summary>
    /// The variables with which git, and what asks it, takes <c>origin</c> for the remote of the branch that is checked out; none where there is no branch, or no
    /// <c>origin</c>. A fork's branches often follow another remote.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string?>> FollowOriginAsync(ProcessEnvironment environment, CancellationToken cancellationToken)
    {
        const string counter = "GIT_CONFIG_COUNT";
        if (await BranchAsync(cancellationToken) is not { } branch || await OriginAsync(cancellationToken) is null) return new Dictionary<string, string?>();
        var count = int.TryParse(environment.Find(counter), CultureInfo.InvariantCulture, out var given) ? given : 0;
        return new Dictionary<string, string?>
        {
            [counter] = $"{count + 1}", [$"GIT_CONFIG_KEY_{count}"] = $"branch.{branch}.remote", [$"GIT_CONFIG_VALUE_{count}"] = "origin",
        };
    }

    /// <summary>The default branch of <c>origin</c>, as known since the clone.</summary>
    public Task<string?> DefaultBranchAsync(CancellationToken cancellationToken) => TargetAsync("refs/remotes/origin/HEAD", "refs/remotes/origin/", cancellationToken);

    /// <summary>The same commands in another directory, or with further variables.</summary>
    public Git With(string other, IReadOnlyDictionary<string, string?>? further = null) =>
        new(other, (variables ?? Variables).Concat(further ?? new Dictionary<string, string?>()).GroupBy(x => x.Key).ToDictionary(x => x.Key, x => x.Last().Value));

    /// <summary>What git answers with a zero byte after each part.</summary>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken, params string[] arguments) => ListAsync(null, cancellationToken, arguments);

    /// <summary>Where a file or folder of the git directory is; without a name, the git directory itself.</summary>
    public async Task<string> PathOfAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(cancellationToken, name.Length > 0 ? ["rev-parse", "--git-path", name] : ["rev-parse", "--git-dir"]) ?? ".git";
        // From where the folder really is, which may be named by a link.
        return answer.StartsWith("..", StringComparison.Ordinal) && await TopFolderAsync(cancellationToken) is { } top
            ? Path.GetFullPath(answer, Path.Combine(top, await PrefixAsync(cancellationToken) ?? ""))
            : Path.GetFullPath(answer, _directory);
    }

    /// <summary>The git directory that a <c>.git</c> stands for, be it that or a file that names it.</summary>
    public async Task<string> GitDirectoryAsync(string entry, CancellationToken cancellationToken) =>
        Path.GetFullPath(await AnswerAsync(cancellationToken, "rev-parse", "--resolve-git-dir", entry) ?? entry, Path.GetDirectoryName(entry)!);

    /// <summary>The settings whose names, in lower case but for their middle part, match an expression; of several with one name the last one holds.</summary>
    public async Task<IReadOnlyList<(string Name, string Value)>> SettingsAsync(string expression, CancellationToken cancellationToken) =>
        // One that is switched on by its name alone has no value.
        [.. (await ListAsync(cancellationToken, "config", "--null", "--get-regexp", expression)).Select(x => x.Split('\n', 2)).Select(x => (x[0], x.Length > 1 ? x[1] : "true"))];

    /// <summary>Which of these files are ignored.</summary>
    public async Task<IReadOnlySet<string>> IgnoredAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var parts = await ListAsync(string.Join('\0', files), cancellationToken, "check-ignore", "--no-index", "--verbose", "-z", "--stdin");
        // The list, the line, the pattern and the file.
        return parts.Chunk(4).Where(x => !x[2].StartsWith('!')).Select(x => x[3]).ToHashSet();
    }

    /// <summary>Which of these files of the index have a filter, by the attributes that are in the index.</summary>
    public async Task<IEnumerable<string>> FilteredAsync(string filter, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var parts = await ListAsync(string.Join('\0', files), cancellationToken, "check-attr", "--cached", "-z", "--stdin", "filter");
        // The file, the attribute and its value.
        return parts.Chunk(3).Where(x => x[2] == filter).Select(x => x[0]);
    }

    /// <summary>Writes files of the index to the working tree.</summary>
    /// <exception cref="DeliveryException">git cannot write them, for example because a filter cannot run.</exception>
    public async Task CheckOutAsync(IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var result = await RunAsync(string.Concat(files.Select(x => $"{x}\0")), cancellationToken, "checkout-index", "--force", "-z", "--stdin");
        if (result.Succeeded) return;
        throw new DeliveryException(
            $"git cannot write committed files to the temporary folder '{_directory}' to compare the working tree with them: {string.Join("; ", result.LastLines(3).Select(x => x.Trim()))}. "
            + (Lacks(result) ? GetObjects
                : "If a filter is named there, install its program, or remove its settings (git config --show-origin --get-regexp ^filter). If the disk is full, let TMPDIR name another folder."));
    }

    // The short name that git gives is another one where a tag has the branch's name.
    private async Task<string?> TargetAsync(string name, string prefix, CancellationToken cancellationToken) =>
        await AnswerAsync(cancellationToken, "symbolic-ref", "--quiet", name) is { } target && target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..] : null;

    private async Task<IReadOnlyList<string>> ListAsync(string? input, CancellationToken cancellationToken, params string[] arguments) =>
        (await OutputAsync(input, cancellationToken, arguments))?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private async Task<string?> AnswerAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await OutputAsync(null, cancellationToken, arguments))?.Trim('\r', '\n') is { Length: > 0 } answer ? answer : null;

    // Where there is no repository nothing is known. Anything else that git cannot answer is not decided as "none".
    private async Task<string?> OutputAsync(string? input, CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await RunAsync(input, cancellationToken, arguments);
        if (result.Succeeded) return result.StandardOutput;
        if (OwnershipProblem(result) is { } problem) throw problem;
        var isNone = result.ExitCode == Nothing ? IsNothing(result, arguments)
            : result.ExitCode == NoRemote ? arguments[0] == "remote"
            : result.ExitCode == Fatal && result.StandardError.Contains(NoRepository, StringComparison.Ordinal);
        return isNone ? null : throw new DeliveryException($"git cannot answer `git {string.Join(' ', arguments)}` in '{_directory}': {Reason(result)}. {(Lacks(result) ? GetObjects : "Repair the repository, or clone it again.")}");
    }

    // git names the folder that it would have to be, which the directory may be below. Source: git's documentation, git-config(1), safe.directory.
    private DeliveryException? OwnershipProblem(CommandResult result)
    {
        const string before = "dubious ownership in repository at '";
        if (result.StandardError.IndexOf("dubious ownership", StringComparison.Ordinal) < 0) return null;
        var named = result.StandardError.IndexOf(before, StringComparison.Ordinal) is var start and >= 0 ? result.StandardError[(start + before.Length)..].Split('\n')[0].TrimEnd('\r') : "";
        var folder = named.EndsWith('\'') ? named[..^1] : _directory;
        return new DeliveryException($"git refuses the repository in '{folder}' because it belongs to another user. Allow it with: git config --global --add safe.directory '{folder}'");
    }

    private static bool Lacks(CommandResult result) => LackOfObjects.Any(x => result.StandardError.Contains(x, StringComparison.Ordinal));

    private static bool IsNothing(CommandResult result, string[] arguments) => string.IsNullOrWhiteSpace(result.StandardOutput)
        && AnsweredByCode.Any(question => arguments.Take(question.Length).SequenceEqual(question))
        && !result.StandardError.Split('\n').Any(line => Damages.Any(x => line.StartsWith(x, StringComparison.Ordinal)));

    private static string Reason(CommandResult result)
    {
        const string fatal = "fatal: ";
        var lines = result.LastLines(MostLines);
        // Advice may follow, as where a folder is mounted.
        var said = lines.LastOrDefault(x => x.StartsWith(fatal, StringComparison.Ordinal))?[fatal.Length..] ?? (lines is [.., var last] ? last : $"exit code {result.ExitCode}");
        return said.TrimEnd('.');
    }

    private Task<CommandResult> RunAsync(string? input, CancellationToken cancellationToken, params string[] arguments) => CommandRunner.TryRunAsync(
        new Command("git", arguments) { WorkingDirectory = _directory, Environment = variables ?? Variables, StandardInput = input }, cancellationToken: cancellationToken);
}
