using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Acci.GitHub.StandIn;

/// <summary>Releases and their assets.</summary>
internal static partial class ReleaseEndpoints
{
    public static IEnumerable<KeyValuePair<string, Func<RecordedRequest, ApiOperation, Answer>>> Of(GitHubStandIn gitHub) => new Dictionary<string, Func<RecordedRequest, ApiOperation, Answer>>
    {
        ["repos/list-releases"] = (request, _) => gitHub.In(request, repository => Answer.Page(request, [.. Newest(repository).Select(x => Json(x, request, repository))])),
        ["repos/get-latest-release"] = (request, _) => gitHub.In(request, repository => Newest(repository).FirstOrDefault(x => x is { Draft: false, Prerelease: false }) is { } release
            ? new Answer(200, Json(release, request, repository))
            : Answer.NotFound()),
        // A draft has no tag yet, and is not found by it.
        ["repos/get-release-by-tag"] = (request, _) => gitHub.In(request, repository => repository.Releases.Find(x => !x.Draft && x.TagName == request.Path["tag"]) is { } release
            ? new Answer(200, Json(release, request, repository))
            : Answer.NotFound()),
        ["repos/get-release"] = (request, _) => gitHub.Release(request, (repository, release) => new Answer(200, Json(release, request, repository))),
        ["repos/delete-release"] = (request, _) => gitHub.Release(request, (repository, release) =>
        {
            repository.Releases.Remove(release);
            return new Answer(204);
        }),
        ["repos/create-release"] = (request, _) => gitHub.In(request, repository =>
        {
            if (repository.Releases.Exists(x => !x.Draft && x.TagName == request.Text("tag_name"))) return Answer.Invalid("Release", "tag_name", "already_exists");
            var release = new Release(NextId());
            repository.Releases.Add(release);
            Change(release, request, repository);
            return new Answer(201, Json(release, request, repository));
        }),
        ["repos/update-release"] = (request, _) => gitHub.Release(request, (repository, release) =>
        {
            Change(release, request, repository);
            return new Answer(200, Json(release, request, repository));
        }),
        ["repos/generate-release-notes"] = (request, _) => gitHub.In(request, repository =>
        {
            var tag = request.Text("tag_name");
            var previous = request.Text("previous_tag_name") is { Length: > 0 } named ? named : Newest(repository).FirstOrDefault(x => !x.Draft && x.TagName != tag)?.TagName;
            var changes = previous is null ? $"commits/{tag}" : $"compare/{previous}...{tag}";
            return new Answer(200, new JsonObject
            {
                ["name"] = tag,
                ["body"] = $"## What's Changed\n* A change by @octocat in https://github.com/{repository.FullName}/pull/1\n\n**Full Changelog**: https://github.com/{repository.FullName}/{changes}",
            });
        }),
        ["repos/list-release-assets"] = (request, _) =>
            gitHub.Release(request, (repository, release) => Answer.Page(request, [.. release.Assets.Select(x => Json(x, release, request, repository))])),
        ["repos/upload-release-asset"] = (request, _) => gitHub.Release(request, (repository, release) =>
        {
            var name = Special().Replace(request.Query["name"], ".").Trim('.');
            if (release.Assets.Exists(x => x.Name == name)) return Answer.Invalid("ReleaseAsset", "name", "already_exists");
            var asset = new ReleaseAsset(NextId(), name, request.ContentType!, request.Bytes);
            release.Assets.Add(asset);
            return new Answer(201, Json(asset, release, request, repository));
        }),
        ["repos/get-release-asset"] = (request, _) => gitHub.Asset(request, (repository, release, asset) => request.Headers["accept"].Contains("octet-stream", StringComparison.Ordinal)
            ? new Answer(200) { Bytes = asset.Content }
            : new Answer(200, Json(asset, release, request, repository))),
        ["repos/delete-release-asset"] = (request, _) => gitHub.Asset(request, (_, release, asset) =>
        {
            release.Assets.Remove(asset);
            return new Answer(204);
        }),
    };

    private static int _lastId = 1000;

    private static int NextId() => Interlocked.Increment(ref _lastId);

    private static IEnumerable<Release> Newest(Repository repository) => repository.Releases.AsEnumerable().Reverse();

    private static void Change(Release release, RecordedRequest request, Repository repository)
    {
        if (request.Body?["tag_name"] is not null) release.TagName = request.Text("tag_name");
        if (request.Body?["target_commitish"] is not null) release.TargetCommitish = request.Text("target_commitish");
        if (request.Body?["name"] is not null) release.Name = request.Text("name");
        if (request.Body?["body"] is not null) release.Body = request.Text("body");
        if (request.Body?["make_latest"] is not null) release.MakeLatest = request.Text("make_latest") == "true";
        release.Draft = request.Value<bool>("draft") ?? release.Draft;
        release.Prerelease = request.Value<bool>("prerelease") ?? release.Prerelease;
        if (release.Draft) return;
        release.PublishedAt ??= DateTimeOffset.UtcNow;
        // Publishing a release makes its tag where there is none.
        repository.Refs.TryAdd($"refs/tags/{release.TagName}", repository.Resolve(release.TargetCommitish.Length > 0 ? release.TargetCommitish : repository.DefaultBranch) ?? new string('0', 40));
    }

    private static Answer Release(this GitHubStandIn gitHub, RecordedRequest request, Func<Repository, Release, Answer> answer) => gitHub.In(request, repository =>
        repository.Releases.Find(x => x.Id == long.Parse(request.Path["release_id"], CultureInfo.InvariantCulture)) is { } release ? answer(repository, release) : Answer.NotFound());

    private static Answer Asset(this GitHubStandIn gitHub, RecordedRequest request, Func<Repository, Release, ReleaseAsset, Answer> answer) => gitHub.In(request, repository =>
    (
        from release in repository.Releases
        from asset in release.Assets
        where asset.Id == long.Parse(request.Path["asset_id"], CultureInfo.InvariantCulture)
        select answer(repository, release, asset)
    ).FirstOrDefault() ?? Answer.NotFound());

    private static JsonObject Json(Release release, RecordedRequest request, Repository repository)
    {
        var api = $"{request.Server}repos/{repository.FullName}";
        return new JsonObject
        {
            ["id"] = release.Id,
            ["node_id"] = $"RE_{release.Id}",
            ["url"] = $"{api}/releases/{release.Id}",
            ["html_url"] = $"https://github.com/{repository.FullName}/releases/{(release.Draft ? "tag/untagged-" : "tag/")}{release.TagName}",
            ["assets_url"] = $"{api}/releases/{release.Id}/assets",
            ["upload_url"] = $"{api}/releases/{release.Id}/assets{{?name,label}}",
            ["tarball_url"] = release.Draft ? null : $"{api}/tarball/{release.TagName}",
            ["zipball_url"] = release.Draft ? null : $"{api}/zipball/{release.TagName}",
            ["tag_name"] = release.TagName,
            ["target_commitish"] = release.TargetCommitish,
            ["name"] = release.Name,
            ["body"] = release.Body,
            ["draft"] = release.Draft,
            ["prerelease"] = release.Prerelease,
            ["created_at"] = release.CreatedAt,
            ["published_at"] = release.PublishedAt,
            ["author"] = User(request, "octocat"),
            ["assets"] = new JsonArray([.. release.Assets.Select(x => Json(x, release, request, repository))]),
        };
    }

    private static JsonObject Json(ReleaseAsset asset, Release release, RecordedRequest request, Repository repository) => new()
    {
        ["id"] = asset.Id,
        ["node_id"] = $"RA_{asset.Id}",
        ["url"] = $"{request.Server}repos/{repository.FullName}/releases/assets/{asset.Id}",
        ["browser_download_url"] = $"https://github.com/{repository.FullName}/releases/download/{release.TagName}/{asset.Name}",
        ["name"] = asset.Name,
        ["label"] = "",
        ["state"] = asset.IsComplete ? "uploaded" : "open",
        ["content_type"] = asset.ContentType,
        ["size"] = asset.Content.Length,
        ["digest"] = asset.HasDigest ? asset.Digest : null,
        ["download_count"] = 0,
        ["created_at"] = DateTimeOffset.UtcNow,
        ["updated_at"] = DateTimeOffset.UtcNow,
        ["uploader"] = User(request, "octocat"),
    };

    private static JsonObject User(RecordedRequest request, string login)
    {
        var user = new JsonObject
        {
            ["login"] = login,
            ["id"] = 1,
            ["node_id"] = "U_1",
            ["avatar_url"] = "https://avatars.githubusercontent.com/u/1",
            ["gravatar_id"] = "",
            ["url"] = $"{request.Server}users/{login}",
            ["html_url"] = $"https://github.com/{login}",
            ["type"] = "User",
            ["site_admin"] = false,
        };
        foreach (var name in (string[])["followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events"])
            user[$"{name}_url"] = $"{request.Server}users/{login}/{name}";
        return user;
    }

    // Source: the description of "Upload a release asset".
    [GeneratedRegex(@"[^A-Za-z0-9._+-]+")]
    private static partial Regex Special();
}
