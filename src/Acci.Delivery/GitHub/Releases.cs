using System.Net;
using System.Text.Json;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Sessions;
using Acci.Delivery.Versioning;
using Acci.Oci.Retries;
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

    private const string Remedy = "The same command goes on with it.";

    private static readonly TimeSpan UploadTime = TimeSpan.FromMinutes(10);
    private static readonly ApiOptions LargePages = new() { PageSize = 100 };

    /// <summary>What the names of version tags start with: a repository may hold releases of other programs, too.</summary>
    public string VersionTagPrefix { get; init; } = VersionInfo.TagPrefix;

    // What is not known if this ends now, or fails without GitHub's refusal.
    private string? _state;

    // How far it has come, which holds if GitHub refuses to go on.
    private string? _reached;

    private string Owner => gitHub.Repository.Owner;

    private string Name => gitHub.Repository.Name;

    /// <summary>Makes the release, or brings it up to date.</summary>
    /// <returns>Its page.</returns>
    /// <exception cref="DeliveryException">The tag is not on GitHub, or on another commit; or GitHub refused.</exception>
    public async Task<Uri> PublishAsync(ReleaseContent content, CancellationToken cancellationToken = default)
    {
        await EnsureTagAsync(content, cancellationToken);
        var all = await ListAsync(cancellationToken);
        using var unfinished = Unfinished.Note(() => Volatile.Read(ref _state));
        try
        {
            return await PublishAsync(content, all, cancellationToken);
        }
        catch (OperationCanceledException exception) when (_state is { } state)
        {
            Log.Warning("{State:l}", state);
            throw new OperationCanceledException(state, exception, cancellationToken);
        }
        catch (DeliveryException exception) when ((exception is GitHubException { IsUndecided: false } ? _reached : _state) is { } state)
        {
            throw exception.With($"{exception.Message} {state}");
        }
    }

    private async Task<Uri> PublishAsync(ReleaseContent content, IReadOnlyList<KnownRelease> all, CancellationToken cancellationToken)
    {
        var known = Find(all, content);
        var changes = known is null ? await DescribeChangesAsync(content, all, cancellationToken) : "";
        if (known is null) Volatile.Write(ref _state, $"Whether there is a draft of {content.Tag} on {gitHub.Server} is not known. {Remedy}");
        var release = known ?? await CreateAsync(content, changes, cancellationToken);
        _reached = release.IsDraft ? $"{content.Tag} is a draft on {gitHub.Server}, without some of its files. {Remedy}"
            : $"The release {content.Tag} on {gitHub.Server} may lack some of its files. {Remedy}";
        Volatile.Write(ref _state, _reached);
        var changed = 0;
        foreach (var asset in content.Assets) changed += await EnsureAssetAsync(release, asset, cancellationToken) ? 1 : 0;
        await EnsureAssetsAsync(release, content, cancellationToken);
        _reached = release.IsDraft ? $"{content.Tag} is a draft on {gitHub.Server}. {Remedy}" : null;
        Volatile.Write(ref _state, $"Whether the release {content.Tag} on {gitHub.Server} is {(release.IsDraft ? "published" : "up to date")} is not known. {Remedy}");
        await PublishAsync(release, content, all, cancellationToken);
        _reached = release.IsDraft ? $"The release {content.Tag} on {gitHub.Server} is published. {Remedy}" : null;
        Volatile.Write(ref _state, _reached);
        var published = await FindPublishedAsync(release, cancellationToken);
        _reached = null;
        Volatile.Write(ref _state, null);
        Log.Information("{Tag:l}: release {State:l}, {Changed} of {Count} files new", content.Tag, release.IsDraft ? "published" : "was there", changed, content.Assets.Count);
        return published.Page;
    }

    // A release of a tag that GitHub does not have would make it, wherever the default branch is.
    private async Task EnsureTagAsync(ReleaseContent content, CancellationToken cancellationToken)
    {
        string revision;
        try
        {
            revision = await gitHub.RunAsync(
                $"find the tag {content.Tag} of {gitHub.Repository}",
                Read,
                async github => KnownRelease.Required((await github.Repository.Commit.Get(Owner, Name, $"tags/{content.Tag}")).Sha, "sha"),
                cancellationToken);
        }
        // Not 404: that is GitHub's answer for a repository that the token may not see.
        catch (GitHubException exception) when (exception.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict)
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

    private Task<IReadOnlyList<KnownRelease>> ListAsync(CancellationToken cancellationToken) =>
        gitHub.RunAsync($"list the releases of {gitHub.Repository}", Read, ListAsync, cancellationToken);

    private async Task<IReadOnlyList<KnownRelease>> ListAsync(IGitHubClient github) =>
        [.. (await github.Repository.Release.GetAll(Owner, Name, LargePages)).Select(x => KnownRelease.Of(x, gitHub.Server))];

    private static KnownRelease? Find(IEnumerable<KnownRelease> all, ReleaseContent content) => all.Where(x => x.Tag == content.Tag).OrderBy(x => x.IsDraft).FirstOrDefault();

    private async Task<string> DescribeChangesAsync(ReleaseContent content, IReadOnlyList<KnownRelease> all, CancellationToken cancellationToken)
    {
        // Since the release before by version, not by date: a backport follows the one it continues, and a release comes after a release.
        var version = VersionOf(content);
        var previous = Published(all)
            .Where(x => x.Version < version && (content.Version.IsPrerelease || !x.Version.IsPrerelease))
            .OrderByDescending(x => x.Version)
            .FirstOrDefault().Release;
        var request = new GenerateReleaseNotesRequest(content.Tag) { PreviousTagName = previous?.Tag };
        return await gitHub.RunAsync(
            $"say what changed in {gitHub.Repository} up to {content.Tag}",
            Write,
            async github => KnownRelease.Required((await github.Repository.Release.GenerateReleaseNotes(Owner, Name, request)).Body, "body"),
            cancellationToken);
    }

    private Task<KnownRelease> CreateAsync(ReleaseContent content, string changes, CancellationToken cancellationToken)
    {
        var draft = new NewRelease(content.Tag) { Name = content.Tag, Body = content.BodyWith(changes), Draft = true, Prerelease = content.Version.IsPrerelease };
        var attempts = 0;
        return gitHub.RunAsync(
            $"draft the release {content.Tag} of {gitHub.Repository}",
            Write,
            // An attempt whose answer got lost may have made it all the same.
            async github => (attempts++ == 0 ? null : Find(await ListAsync(github), content))
                ?? Created(KnownRelease.Of(await github.Repository.Release.Create(Owner, Name, draft), gitHub.Server), content),
            cancellationToken);
    }

    private static KnownRelease Created(KnownRelease release, ReleaseContent content) =>
        release.Tag == content.Tag ? release : throw new JsonException("the release that it made has another tag");

    /// <summary>Uploads a file unless the release has it with the same content; every attempt looks anew, so that one that got stuck half-way does no harm.</summary>
    private Task<bool> EnsureAssetAsync(KnownRelease release, ReleaseAsset asset, CancellationToken cancellationToken) => gitHub.RunAsync(
        $"upload {asset.Name} to the release {release.Tag} of {gitHub.Repository}",
        Write,
        async github =>
        {
            var assets = await AssetsAsync(github, release);
            if (assets.FirstOrDefault(x => x.Name == asset.Name) is { } there)
            {
                // Of files from before it computed digests GitHub knows none: what is in them is not known either.
                if (there.State == Uploaded && there.Digest == asset.Digest.ToString()) return false;
                await github.Connection.Delete(Relative($"releases/assets/{there.Id}"));
            }

            var address = new Uri($"{release.Uploads}?name={Uri.EscapeDataString(asset.Name)}");
            using var content = new MemoryStream(asset.Content.ToArray(), writable: false);
            await github.Connection.Post<UploadedAsset>(address, content, "application/vnd.github+json", asset.MediaType, UploadTime, cancellationToken);
            return true;
        },
        cancellationToken);

    // Whatever an upload was answered: what GitHub has is what others get.
    private Task EnsureAssetsAsync(KnownRelease release, ReleaseContent content, CancellationToken cancellationToken) => gitHub.RunAsync(
        $"list the files of the release {release.Tag} of {gitHub.Repository}",
        Write,
        async github =>
        {
            var there = (await AssetsAsync(github, release)).Where(x => x.State == Uploaded).ToList();
            if (content.Assets.FirstOrDefault(asset => !there.Exists(x => x.IsOf(asset))) is { } missing)
                throw new TransientException($"it does not have {missing.Name} with the content that was uploaded");
        },
        cancellationToken);

    private async Task<IReadOnlyList<UploadedAsset>> AssetsAsync(IGitHubClient github, KnownRelease release)
    {
        var assets = await new ApiConnection(github.Connection).GetAll<UploadedAsset>(Relative($"releases/{release.Id}/assets"), LargePages);
        foreach (var asset in assets) _ = (KnownRelease.RequiredId(asset.Id), KnownRelease.Required(asset.Name, "name"));
        return assets;
    }

    // A draft is not found by its tag.
    private Task<KnownRelease> FindPublishedAsync(KnownRelease release, CancellationToken cancellationToken) => gitHub.RunAsync(
        $"show the release {release.Tag} of {gitHub.Repository}",
        Read,
        async github =>
        {
            try
            {
                // A tag with a slash is one part of the path.
                var published = KnownRelease.Of(await github.Repository.Release.Get(Owner, Name, Uri.EscapeDataString(release.Tag)), gitHub.Server);
                if (!published.IsDraft && published.Id == release.Id && published.Tag == release.Tag) return published;
            }
            catch (NotFoundException)
            {
                // Not yet.
            }

            throw new TransientException("it does not show it as published");
        },
        cancellationToken);

    private async Task PublishAsync(KnownRelease release, ReleaseContent content, IReadOnlyList<KnownRelease> all, CancellationToken cancellationToken)
    {
        var body = content.BodyFrom(release.Body);
        if (!release.IsDraft && body == release.Body && release.IsPrerelease == content.Version.IsPrerelease) return;
        var update = new ReleaseUpdate { Body = body, Draft = false, Prerelease = content.Version.IsPrerelease };
        // Said only when it is published: later it may have been changed by hand.
        if (release.IsDraft) update.MakeLatest = IsNewest(content, all) ? MakeLatestQualifier.True : MakeLatestQualifier.False;
        await gitHub.RunAsync(
            $"publish the release {content.Tag} of {gitHub.Repository}", Write, async github => KnownRelease.Of(await github.Repository.Release.Edit(Owner, Name, release.Id, update), gitHub.Server), cancellationToken);
    }

    private bool IsNewest(ReleaseContent content, IEnumerable<KnownRelease> all) =>
        !content.Version.IsPrerelease && Published(all).All(x => x.Version.IsPrerelease || x.Version <= VersionOf(content));

    private static ImageVersion VersionOf(ReleaseContent content) => ImageVersion.Parse(content.Version.ToFullString());

    private IEnumerable<(KnownRelease Release, ImageVersion Version)> Published(IEnumerable<KnownRelease> all) =>
        from release in all
        where !release.IsDraft
        let version = ImageVersion.TryParseTag(release.Tag, VersionTagPrefix)
        where version is not null
        select (release, version);

    private Uri Relative(string path) => new($"repos/{Owner}/{Name}/{path}", UriKind.Relative);

    /// <summary>A file as GitHub has it; Octokit's own type does not know the digest.</summary>
    private sealed class UploadedAsset
    {
        public long Id { get; init; }

        public string? Name { get; init; }

        public string State { get; init; } = "";

        public long Size { get; init; }

        public string? Digest { get; init; }

        // A server that computes no digests tells the size.
        public bool IsOf(ReleaseAsset asset) => Name == asset.Name && (Digest is null ? Size == asset.Content.Length : Digest == asset.Digest.ToString());
    }
}
