using Acci.Delivery.Versioning;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The facts of a build that a person runs, from git. They are those that GitHub would give after a push of the same state:
/// a commit with a version tag is built for that tag, any other for its branch.
/// </summary>
public static class GitFacts
{
    /// <summary>Reads what is checked out. Outside a repository, and in one without commits, only <see cref="BuildFacts.Now"/> is known.</summary>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="now">When the build started.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git is not installed, the folder does not exist, or git refuses the repository because of its owner.</exception>
    public static Task<BuildFacts> ReadAsync(string directory, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        ReadAsync(directory, now, VersionInfo.TagPrefix, cancellationToken);

    /// <inheritdoc cref="ReadAsync(string, DateTimeOffset, CancellationToken)"/>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="now">When the build started.</param>
    /// <param name="versionTagPrefix">What the names of version tags start with.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    public static async Task<BuildFacts> ReadAsync(string directory, DateTimeOffset now, string versionTagPrefix, CancellationToken cancellationToken = default)
    {
        var git = new Git(directory);
        var facts = new BuildFacts { Now = now, VersionTagPrefix = versionTagPrefix };
        if (!await git.IsWorkingDirectoryAsync(cancellationToken) || await git.HeadAsync(cancellationToken) is not var (revision, time)) return facts;

        var branch = await git.BranchAsync(cancellationToken) ?? (await git.RemoteBranchesAtHeadAsync(cancellationToken) is [var remote, ..] ? remote : null);
        return facts with
        {
            EventName = "push",
            Ref = VersionInfo.HighestTag(await git.TagsAtHeadAsync(cancellationToken), x => VersionInfo.OfTag(x, versionTagPrefix), versionTagPrefix) is { } tag ? $"refs/tags/{tag}" : branch is null ? "" : $"refs/heads/{branch}",
            Sha = revision,
            CommitDate = time,
            Repository = Repository(await git.OriginAsync(cancellationToken)) with
            {
                // A repository that was never cloned has no remote to name it; what is checked out then is as good a default as there is.
                DefaultBranch = await git.DefaultBranchAsync(cancellationToken) ?? branch ?? "",
            },
        };
    }

    /// <summary>Reads a remote's address, <c>git@github.com:owner/name.git</c> as well as a URL; credentials in it are left out.</summary>
    internal static RepositoryFacts Repository(string? remote)
    {
        if (string.IsNullOrEmpty(remote)) return new RepositoryFacts();
        var path = remote.TrimEnd('/');
        if (path.EndsWith(".git", StringComparison.Ordinal)) path = path[..^".git".Length];
        var name = path[(path.LastIndexOfAny(['/', ':', '\\']) + 1)..];
        return new RepositoryFacts { Name = name, Url = WebAddress(path) };
    }

    /// <summary>
    /// The host whose pages people read, by the one that git talks to. GitHub.com has other names of its own, and no other server has them. Source:
    /// GitHub's documentation, "Using SSH over the HTTPS port"; <c>www</c> leads to the same pages.
    /// </summary>
    internal static string PageHost(string host) =>
        host.ToLowerInvariant() is var lower && lower is "ssh.github.com" or "www.github.com" ? "github.com" : lower;

    private static string WebAddress(string remote)
    {
        // Git's short form of ssh, user@host:path, has a colon where a URL has a slash.
        if (!remote.Contains("://", StringComparison.Ordinal) && remote.Split(':') is [var userAndHost, var path] && userAndHost.Length > 1)
        {
            return $"https://{PageHost(userAndHost[(userAndHost.IndexOf('@', StringComparison.Ordinal) + 1)..])}/{path.TrimStart('/')}";
        }

        if (!Uri.TryCreate(remote, UriKind.Absolute, out var uri)) return "";
        return uri.Scheme switch
        {
            "https" or "http" => $"{uri.Scheme}://{PageHost(uri.Authority)}{uri.AbsolutePath}",
            "ssh" or "git" or "git+ssh" => $"https://{PageHost(uri.Host)}{uri.AbsolutePath}",
            _ => "",
        };
    }
}
