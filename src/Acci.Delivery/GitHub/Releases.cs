using Acci.Delivery.Versioning;
using NuGet.Versioning;
using Octokit;
using Serilog;

namespace Acci.Delivery.GitHub;

/// <summary>
/// Makes releases, and brings those that are there up to date: done twice, the second time changes nothing. A new one stays a draft until all its files are there.
/// Source: GitHub's REST API, "Releases" and "Release assets".
/// </summary>
/// <param name="gitHub">The connection; its repository is the one that is released.</param>
public sealed class Releases(GitHubConnection gitHub)
{
    private const string Read = "contents: read";
    private const string Write = "contents: write";
    private const string Uploaded = "uploaded";

    private static readonly TimeSpan UploadTime = TimeSpan.FromMinutes(10);
    private static readonly ApiOptions LargePages = new() { PageSize = 100 };

    private string Owner => gitHub.Repository.Owner;

    private string Name => gitHub.Repository.Name;

    /// <summary>Makes the release, or brings it up to date.</summary>
    /// <returns>Its page.</returns>
    /// <exception cref="DeliveryException">The tag is not on GitHub, or on another commit; or GitHub refused.</exception>
    public async Task<Uri> PublishAsync(ReleaseContent content, CancellationToken cancellationToken = default)
    {
        await EnsureTagAsync(content, cancellationToken);
        var all = await ListAsync(cancellationToken);
        var release = Find(all, content) ?? await CreateAsync(content, await DescribeChangesAsync(content, all, cancellationToken), cancellationToken);
        var changed = 0;
        foreach (var asset in content.Assets) changed += await EnsureAssetAsync(release, asset, cancellationToken) ? 1 : 0;
        var published = await EnsurePublishedAsync(release, content, all, cancellationToken);
        Log.Information("{Tag:l}: release {State:l}, {Changed} of {Count} files new", content.Tag, release.Draft ? "published" : "was there", changed, content.Assets.Count);
        return new Uri(published.HtmlUrl);
    }

    // A release of a tag that GitHub does not have would make it, wherever the default branch is.
    private async Task EnsureTagAsync(ReleaseContent content, CancellationToken cancellationToken)
    {
        string revision;
        try
        {
            revision = (await gitHub.RunAsync($"find the tag {content.Tag} of {gitHub.Repository}", Read, github => github.Repository.Commit.Get(Owner, Name, $"tags/{content.Tag}"), cancellationToken)).Sha;
        }
        catch (GitHubException exception) when (exception.StatusCode is System.Net.HttpStatusCode.UnprocessableEntity or System.Net.HttpStatusCode.NotFound)
        {
            throw new DeliveryException($"{gitHub.Server} has no tag {content.Tag} in {gitHub.Repository}. Push it first: git push origin {content.Tag}", exception);
        }

        if (revision != content.Revision)
        {
            throw new DeliveryException(
                $"The tag {content.Tag} of {gitHub.Repository} is on commit {revision} on {gitHub.Server}, and what was published was built from {content.Revision}. "
                + "Publish from the commit that is tagged there.");
        }
    }

    private Task<IReadOnlyList<Release>> ListAsync(CancellationToken cancellationToken) =>
        gitHub.RunAsync($"list the releases of {gitHub.Repository}", Read, github => github.Repository.Release.GetAll(Owner, Name, LargePages), cancellationToken);

    private static Release? Find(IEnumerable<Release> all, ReleaseContent content) => all.Where(x => x.TagName == content.Tag).OrderBy(x => x.Draft).FirstOrDefault();

    private async Task<string> DescribeChangesAsync(ReleaseContent content, IReadOnlyList<Release> all, CancellationToken cancellationToken)
    {
        // Since the release before by version, not by date: a backport follows the one it continues, and a release comes after a release.
        var previous = Published(all)
            .Where(x => x.Version < content.Version && (content.Version.IsPrerelease || !x.Version.IsPrerelease))
            .OrderByDescending(x => x.Version)
            .FirstOrDefault().Release;
        var request = new GenerateReleaseNotesRequest(content.Tag) { PreviousTagName = previous?.TagName };
        return (await gitHub.RunAsync(
            $"say what changed in {gitHub.Repository} up to {content.Tag}", Write, github => github.Repository.Release.GenerateReleaseNotes(Owner, Name, request), cancellationToken)).Body;
    }

    private Task<Release> CreateAsync(ReleaseContent content, string changes, CancellationToken cancellationToken)
    {
        var draft = new NewRelease(content.Tag) { Name = content.Tag, Body = content.BodyWith(changes), Draft = true, Prerelease = content.Version.IsPrerelease };
        var attempts = 0;
        return gitHub.RunAsync(
            $"draft the release {content.Tag} of {gitHub.Repository}",
            Write,
            // An attempt whose answer got lost may have made it all the same.
            async github => (attempts++ == 0 ? null : Find(await github.Repository.Release.GetAll(Owner, Name, LargePages), content)) ?? await github.Repository.Release.Create(Owner, Name, draft),
            cancellationToken);
    }

    /// <summary>Uploads a file unless the release has it with the same content; every attempt looks anew, so that one that got stuck half-way does no harm.</summary>
    private Task<bool> EnsureAssetAsync(Release release, ReleaseAsset asset, CancellationToken cancellationToken) => gitHub.RunAsync(
        $"upload {asset.Name} to the release {release.TagName} of {gitHub.Repository}",
        Write,
        async github =>
        {
            var assets = await new ApiConnection(github.Connection).GetAll<UploadedAsset>(Relative($"releases/{release.Id}/assets"), LargePages);
            if (assets.FirstOrDefault(x => x.Name == asset.Name) is { } there)
            {
                // Of files from before it computed digests GitHub knows none: what is in them is not known either.
                if (there.State == Uploaded && there.Digest == asset.Digest.ToString()) return false;
                await github.Connection.Delete(Relative($"releases/assets/{there.Id}"));
            }

            var address = new Uri($"{release.UploadUrl.Split('{')[0]}?name={Uri.EscapeDataString(asset.Name)}");
            using var content = new MemoryStream(asset.Content.ToArray(), writable: false);
            await github.Connection.Post<UploadedAsset>(address, content, "application/vnd.github+json", asset.MediaType, UploadTime, cancellationToken);
            return true;
        },
        cancellationToken);

    private async Task<Release> EnsurePublishedAsync(Release release, ReleaseContent content, IReadOnlyList<Release> all, CancellationToken cancellationToken)
    {
        var body = content.BodyFrom(release.Body);
        if (!release.Draft && body == release.Body?.ReplaceLineEndings("\n") && release.Prerelease == content.Version.IsPrerelease) return release;
        var update = new ReleaseUpdate { Body = body, Draft = false, Prerelease = content.Version.IsPrerelease };
        // Said only when it is published: later it may have been changed by hand.
        if (release.Draft) update.MakeLatest = IsNewest(content, all) ? MakeLatestQualifier.True : MakeLatestQualifier.False;
        return await gitHub.RunAsync(
            $"publish the release {content.Tag} of {gitHub.Repository}", Write, github => github.Repository.Release.Edit(Owner, Name, release.Id, update), cancellationToken);
    }

    private static bool IsNewest(ReleaseContent content, IEnumerable<Release> all) =>
        !content.Version.IsPrerelease && Published(all).All(x => x.Version.IsPrerelease || x.Version <= content.Version);

    private static IEnumerable<(Release Release, SemanticVersion Version)> Published(IEnumerable<Release> all) =>
        from release in all
        where !release.Draft && release.TagName.StartsWith(VersionInfo.TagPrefix, StringComparison.Ordinal)
        let version = SemanticVersion.TryParse(release.TagName[VersionInfo.TagPrefix.Length..], out var parsed) ? parsed : null
        where version is not null
        select (release, version);

    private Uri Relative(string path) => new($"repos/{Owner}/{Name}/{path}", UriKind.Relative);

    /// <summary>A file as GitHub has it; Octokit's own type does not know the digest.</summary>
    private sealed class UploadedAsset
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public string State { get; init; } = "";

        public string? Digest { get; init; }
    }
}
