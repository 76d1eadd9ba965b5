using System.Globalization;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Versioning;

/// <summary>What is asked of git in one working directory. An answer of null means that there is none; only a git that cannot be used is an error.</summary>
internal sealed class Git(string directory)
{
    private static readonly IReadOnlyDictionary<string, string?> Variables = new Dictionary<string, string?>
    {
        ["LC_ALL"] = "C",
        // A question never waits for the locks of a git that someone else is running.
        ["GIT_OPTIONAL_LOCKS"] = "0",
    };

    /// <summary>The directory lies in a working tree.</summary>
    /// <exception cref="DeliveryException">The directory does not exist, git cannot be started, or git refuses the repository because of its owner.</exception>
    public async Task<bool> IsWorkingDirectoryAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory)) throw new DeliveryException($"The folder '{directory}' does not exist, its version cannot be read.");
        try
        {
            var result = await RunAsync(cancellationToken, "rev-parse", "--is-inside-work-tree");
            return !result.StandardError.Contains("dubious ownership", StringComparison.Ordinal)
                ? result.Succeeded && result.StandardOutput.Trim() == "true"
                : throw new DeliveryException(
                    $"git refuses the repository in '{directory}' because it belongs to another user. "
                    + $"Allow it with: git config --global --add safe.directory '{directory}'");
        }
        catch (CommandFailedException exception)
        {
            throw new DeliveryException($"git, from which the version of '{directory}' is read, cannot be started. Install it, or put it on the PATH.", exception);
        }
    }

    /// <summary>The commit that is checked out and when it was committed.</summary>
    public async Task<(string Revision, DateTimeOffset Time)?> HeadAsync(CancellationToken cancellationToken) =>
        await AnswerAsync(cancellationToken, "log", "-1", "--no-show-signature", "--format=%H %cI") is { } line && line.Split(' ') is [var revision, var time]
            ? (revision, DateTimeOffset.Parse(time, CultureInfo.InvariantCulture))
            : null;

    /// <summary>When a commit was committed; none where the commit is not here.</summary>
    public async Task<DateTimeOffset?> TimeOfAsync(string revision, CancellationToken cancellationToken) =>
        await AnswerAsync(cancellationToken, "show", "--no-patch", "--no-show-signature", "--format=%cI", "--end-of-options", revision) is { } time
            ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)
            : null;

    /// <summary>Files differ from the commit, or lie there that are neither committed nor ignored.</summary>
    public async Task<bool> IsDirtyAsync(CancellationToken cancellationToken) => (await ChangesAsync(cancellationToken)).Count > 0;

    /// <summary>Those files, one a line, as <c>git status --porcelain</c> has them.</summary>
    public async Task<IReadOnlyList<string>> ChangesAsync(CancellationToken cancellationToken) => (await AnswerAsync(cancellationToken, "status", "--porcelain"))?.Split('\n') ?? [];

    /// <summary>The history is cut off.</summary>
    public async Task<bool> IsShallowAsync(CancellationToken cancellationToken) =>
        await AnswerAsync(cancellationToken, "rev-parse", "--is-shallow-repository") == "true";

    /// <summary>The branch that is checked out; none for a detached head.</summary>
    public Task<string?> BranchAsync(CancellationToken cancellationToken) => AnswerAsync(cancellationToken, "symbolic-ref", "--quiet", "--short", "HEAD");

    /// <summary>The tags on the commit that is checked out.</summary>
    public async Task<IReadOnlyList<string>> TagsAtHeadAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "tag", "--points-at", "HEAD"))?.Split('\n', StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The branches, without the remote's name, that the commit that is checked out is the tip of.</summary>
    public async Task<IReadOnlyList<string>> RemoteBranchesAtHeadAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "for-each-ref", "--points-at=HEAD", "--format=%(refname:lstrip=3)", "refs/remotes"))
        ?.Split('\n', StringSplitOptions.TrimEntries).Where(name => name != "HEAD").ToList() ?? [];

    /// <summary>The files git knows, relative to the directory, with slashes; none outside a working tree.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "ls-files", "-z"))?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The files of a commit, with slashes.</summary>
    public async Task<IReadOnlyList<string>> FilesAtAsync(string revision, CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "ls-tree", "-r", "-z", "--name-only", "--full-tree", revision))?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A file as it was at a commit.</summary>
    public async Task<string?> ReadAtAsync(string revision, string file, CancellationToken cancellationToken) =>
        await RunAsync(cancellationToken, "cat-file", "blob", $"{revision}:{file}") is { Succeeded: true } result ? result.StandardOutput : null;

    /// <summary>The commit that a name stands for; none where there is no such commit.</summary>
    public Task<string?> CommitOfAsync(string name, CancellationToken cancellationToken) =>
        AnswerAsync(cancellationToken, "rev-parse", "--verify", "--quiet", "--end-of-options", $"{name}^{{commit}}");

    /// <summary>The tags on a commit.</summary>
    public async Task<IReadOnlyList<string>> TagsAtAsync(string revision, CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "tag", "--points-at", revision))?.Split('\n', StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The address of the remote called <c>origin</c>.</summary>
    public Task<string?> OriginAsync(CancellationToken cancellationToken) => AnswerAsync(cancellationToken, "remote", "get-url", "origin");

    /// <summary>The default branch of <c>origin</c>, as known since the clone.</summary>
    public async Task<string?> DefaultBranchAsync(CancellationToken cancellationToken) =>
        (await AnswerAsync(cancellationToken, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"))?["origin/".Length..];

    private async Task<string?> AnswerAsync(CancellationToken cancellationToken, params string[] arguments) =>
        await RunAsync(cancellationToken, arguments) is { Succeeded: true } result && result.StandardOutput.Trim() is { Length: > 0 } answer ? answer : null;

    private Task<CommandResult> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        CommandRunner.TryRunAsync(new Command("git", arguments) { WorkingDirectory = directory, Environment = Variables }, cancellationToken: cancellationToken);
}
