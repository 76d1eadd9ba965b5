using Acci.Delivery.GitHub;
using NuGet.Versioning;
using Octokit;

namespace Acci.Delivery.Locks;

/// <summary>Chooses among a repository's releases the one that a pin is held against.</summary>
/// <param name="GitHub">GitHub's API.</param>
/// <param name="MinimumAge">How long a release has to have been out.</param>
internal sealed record ReleaseChoice(GitHubConnection GitHub, TimeSpan MinimumAge)
{
    // The newest ones, as GitHub lists them; of an older version's line more may follow, which no pin moves to.
    private const int Listed = 100;

    /// <summary>Whether a version must not be pinned.</summary>
    public Func<NuGetVersion, bool> IsMalicious { get; init; } = _ => false;

    /// <summary>
    /// The release with the highest version, of those that are final, old enough and newer than what is pinned; else the one that is pinned; null where there is neither.
    /// A newer one that is too young is told of.
    /// </summary>
    /// <param name="name">What is pinned.</param>
    /// <param name="version">The version it is pinned to.</param>
    /// <param name="repository">Where it is released.</param>
    /// <param name="changes">Is told why something newer is left alone.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="DeliveryException">GitHub does not say.</exception>
    public async Task<Release?> FindAsync(string name, string version, GitHubRepository repository, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        if (VersionOf(version) is not { } pinned)
        {
            changes(LockChange.Left(name, version, "that is no version to which another one can be compared"));
            return null;
        }

        var all = await GitHub.FindAsync(
            $"list the releases of {repository}", "contents: read", github => github.Repository.Release.GetAll(repository.Owner, repository.Name, new ApiOptions { PageSize = Listed, PageCount = 1 }), cancellationToken);
        if (all is not { Count: > 0 })
        {
            changes(LockChange.Left(name, version, "its repository has no release"));
            return null;
        }

        var final = from release in all
            where !release.Draft && !release.Prerelease
            let its = VersionOf(release.TagName)
            where its is not null && !its.IsPrerelease && its >= pinned && !IsMalicious(its)
            orderby its descending
            select (Release: release, IsPinned: its == pinned);
        foreach (var (release, isPinned) in final)
        {
            if (isPinned) return release;
            if (LockChange.IfTooYoung(name, version, release.TagName, GitHub.Time.GetUtcNow() - (release.PublishedAt ?? release.CreatedAt), MinimumAge) is not { } left) return release;
            changes(left);
        }

        return null;
    }

    private static NuGetVersion? VersionOf(string tag) => NuGetVersion.TryParse(tag.TrimStart('v'), out var version) ? version : null;
}
