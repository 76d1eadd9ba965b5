using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Images.Tags;

/// <summary>What tag rules and labels are made from: what is being built, and why.</summary>
public sealed record BuildFacts
{
    private const string Heads = "refs/heads/";
    private const string Tags = "refs/tags/";
    private const string Pulls = "refs/pull/";
    private const string Merge = "/merge";
    private const int DefaultShortShaLength = 7;

    // These events always are about the last commit of the default branch.
    // Source: GitHub's documentation, "Events that trigger workflows", column GITHUB_REF.
    private static readonly string[] EventsOfTheDefaultBranch = ["create", "discussion", "issues", "schedule"];

    /// <summary>Why the build runs, in GitHub's words: <c>push</c>, <c>pull_request</c>, <c>schedule</c>, <c>release</c>.</summary>
    public string EventName { get; init; } = "";

    /// <summary>What is being built, in full: <c>refs/heads/main</c>, <c>refs/tags/v1.2.3</c>, <c>refs/pull/7/merge</c>.</summary>
    public string Ref { get; init; } = "";

    /// <summary>The commit: the one that is checked out, or the pull request's own where that is to be named (<c>DOCKER_METADATA_PR_HEAD_SHA</c>).</summary>
    public string Sha { get; init; } = "";

    /// <summary>The commits that <see cref="Ref"/> may mean, of a workflow: the one that it runs for and, of a pull request, the one that is to be merged.</summary>
    internal (string OfWorkflow, string OfPullRequest) RefShas { get; init; } = ("", "");

    /// <summary>The branch that a pull request goes to, or that a pushed tag came from where GitHub says so.</summary>
    public string BaseBranch { get; init; } = "";

    /// <summary>When the commit was made; where that is not known, <see cref="Now"/> is taken for it.</summary>
    public DateTimeOffset? CommitDate { get; init; }

    /// <summary>When the build started.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>The repository.</summary>
    public RepositoryFacts Repository { get; init; } = new();

    /// <summary>What the names of version tags start with.</summary>
    public string VersionTagPrefix { get; init; } = VersionInfo.TagPrefix;

    /// <summary>How many digits of the commit a short one has.</summary>
    public int ShortShaLength { get; init; } = DefaultShortShaLength;

    /// <summary>The branch being built; none for tags and pull requests.</summary>
    public string? Branch => After(Heads);

    /// <summary>The tag being built; none for branches and pull requests.</summary>
    public string? Tag => After(Tags);

    /// <summary>
    /// What rules about versions read of <see cref="Tag"/>: the tag itself where version tags begin with <c>v</c>, as docker/metadata-action does; otherwise what follows the
    /// prefix, and nothing of a tag that has another one.
    /// </summary>
    internal string? TaggedVersion => Tag is not { } tag || VersionTagPrefix == VersionInfo.TagPrefix ? Tag
        : ImageVersion.TryParseTag(tag, VersionTagPrefix) is null ? null : tag[VersionTagPrefix.Length..];

    /// <summary>The number of the pull request being built; none for branches and tags.</summary>
    public string? PullRequest => After(Pulls) is not { } rest ? null : rest.EndsWith(Merge, StringComparison.Ordinal) ? rest[..^Merge.Length] : rest;

    /// <summary>The first digits of <see cref="Sha"/>.</summary>
    public string ShortSha => Sha.Length <= ShortShaLength ? Sha : Sha[..ShortShaLength];

    /// <summary>The default branch is being built, or the event is one that always is about it.</summary>
    public bool IsDefaultBranch =>
        (Branch is { } branch && branch == Repository.DefaultBranch)
        || (Ref.Length > 0 && EventsOfTheDefaultBranch.Any(name => EventName.Contains(name, StringComparison.Ordinal)));

    /// <summary>The facts of the build that is running: from GitHub Actions where that runs it, else from git.</summary>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="environment">The environment, in which a workflow tells of itself.</param>
    /// <param name="now">When the build started.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">GitHub's event cannot be read, or git cannot be used.</exception>
    public static Task<BuildFacts> ReadAsync(
        string directory, ProcessEnvironment environment, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        ReadAsync(directory, environment, now, VersionInfo.TagPrefix, cancellationToken);

    /// <inheritdoc cref="ReadAsync(string, ProcessEnvironment, DateTimeOffset, CancellationToken)"/>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="environment">The environment, in which a workflow tells of itself.</param>
    /// <param name="now">When the build started.</param>
    /// <param name="versionTagPrefix">What the names of version tags start with.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    public static async Task<BuildFacts> ReadAsync(
        string directory, ProcessEnvironment environment, DateTimeOffset now, string versionTagPrefix, CancellationToken cancellationToken = default)
    {
        if (!environment.IsGitHubActions) return await GitFacts.ReadAsync(directory, now, versionTagPrefix, cancellationToken);
        var facts = GitHubFacts.Read(environment.Variables, now) with { VersionTagPrefix = versionTagPrefix };
        var git = new Git(directory);
        // Built is what is checked out, which need not be the commit that the workflow runs for.
        if (facts.Sha == facts.RefShas.OfWorkflow && await git.IsWorkingDirectoryAsync(cancellationToken)
            && await git.CommitOfAsync("HEAD", cancellationToken) is { } checkedOut && checkedOut != facts.Sha)
        {
            facts = facts with { Sha = checkedOut, CommitDate = null };
        }

        return facts.CommitDate is null ? facts with { CommitDate = await git.TimeOfAsync(facts.Sha, cancellationToken) } : facts;
    }

    private string? After(string prefix) => Ref.StartsWith(prefix, StringComparison.Ordinal) ? Ref[prefix.Length..] : null;
}
