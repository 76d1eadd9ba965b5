using System.Text;
using Acci.Delivery.GitHub;
using Acci.GitHub.StandIn;
using NuGet.Versioning;
using ReleaseAsset = Acci.Delivery.GitHub.ReleaseAsset;

namespace Acci.Delivery.Tests.GitHub;

public sealed class ReleasesTests : GitHubFixture
{
    private static readonly string Commit = new('a', 40);

    private Repository Repository => GitHub.AddRepository("octo/app");

    private IEnumerable<string> Changes => GitHub.Requests.Where(x => x.Method != "GET").Select(x => x.Operation);

    [Fact]
    public async Task A_release_is_a_draft_until_all_its_files_are_there()
    {
        var page = await PublishAsync(Content("v1.2.3", Asset("a.json", "A"), Asset("b.json", "B")));

        Assert.Equal("https://github.com/octo/app/releases/tag/v1.2.3", page.ToString());
        Assert.Equal(
            ["repos/generate-release-notes", "repos/create-release", "repos/upload-release-asset", "repos/upload-release-asset", "repos/update-release"], Changes);
        Assert.True(GitHub.Requests.Single(x => x.Operation == "repos/create-release").Body!["draft"]!.GetValue<bool>());
        var release = Assert.Single(Repository.Releases);
        Assert.False(release.Draft);
        Assert.False(release.Prerelease);
        Assert.True(release.MakeLatest);
        Assert.Equal(["a.json: A", "b.json: B"], release.Assets.Select(x => $"{x.Name}: {Encoding.UTF8.GetString(x.Content)}"));
        Assert.Equal("<!-- acci:images -->\n## the images\n<!-- /acci:images -->\n\n## What's Changed\n* A change by @octocat in https://github.com/octo/app/pull/1\n\n**Full Changelog**: https://github.com/octo/app/commits/v1.2.3\n", release.Body);
    }

    [Fact]
    public async Task Released_twice_nothing_changes()
    {
        await PublishAsync(Content("v1.2.3", Asset("a.json", "A")));
        var before = Changes.Count();

        await PublishAsync(Content("v1.2.3", Asset("a.json", "A")));

        Assert.Equal(before, Changes.Count());
        Assert.Single(Repository.Releases);
    }

    [Fact]
    public async Task Only_files_that_differ_are_replaced_and_files_of_others_stay()
    {
        await PublishAsync(Content("v1.2.3", Asset("same.json", "A"), Asset("other.json", "A"), Asset("old.json", "A"), Asset("stuck.json", "A")));
        var assets = Repository.Releases[0].Assets;
        assets.Add(new(7, "notes.pdf", "application/pdf", [1]));
        assets[2] = assets[2] with { HasDigest = false };
        assets[3] = assets[3] with { IsComplete = false };
        var before = assets.ToDictionary(x => x.Name, x => x.Id);

        await PublishAsync(Content("v1.2.3", Asset("same.json", "A"), Asset("other.json", "B"), Asset("old.json", "A"), Asset("stuck.json", "A")));

        Assert.Equal(["notes.pdf", "old.json", "other.json", "same.json", "stuck.json"], assets.Select(x => x.Name).Order());
        Assert.Equal(["old.json", "other.json", "stuck.json"], assets.Where(x => before[x.Name] != x.Id).Select(x => x.Name).Order());
        Assert.Equal("B", Encoding.UTF8.GetString(assets.Single(x => x.Name == "other.json").Content));
    }

    [Fact]
    public async Task What_people_wrote_into_a_release_stays()
    {
        await PublishAsync(Content("v1.2.3"));
        var release = Repository.Releases[0];
        release.Body = $"Read this first.\r\n\r\n{release.Body.Replace("## What's Changed", "## What we did", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)}";

        await PublishAsync(Content("v1.2.3") with { Images = "## other images" });

        Assert.StartsWith("Read this first.\n\n<!-- acci:images -->\n## other images\n<!-- /acci:images -->\n\n## What we did\n", release.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_made_by_hand_gets_the_images_before_its_text()
    {
        Repository.Releases.Add(new Release(7) { TagName = "v1.2.3", Name = "Ours", Body = "By hand." });

        await PublishAsync(Content("v1.2.3"));

        var release = Assert.Single(Repository.Releases);
        Assert.Equal("Ours", release.Name);
        Assert.Equal("<!-- acci:images -->\n## the images\n<!-- /acci:images -->\n\nBy hand.\n", release.Body);
    }

    [Theory]
    [InlineData("v2.0.0-rc.1", true, false, "v1.2.3")]
    [InlineData("v2.0.0", false, true, "v1.2.3")]
    [InlineData("v1.1.9", false, false, "v1.1.8")]
    [InlineData("v0.1.0", false, false, null)]
    public async Task A_release_takes_its_place_by_its_version(string tag, bool prerelease, bool latest, string? previous)
    {
        foreach (var earlier in (string[])["v1.1.8", "v1.2.3", "v1.1.9-rc.1", "nightly"])
            Repository.Releases.Add(new Release(Repository.Releases.Count + 1) { TagName = earlier, Prerelease = earlier.Contains('-', StringComparison.Ordinal) });

        await PublishAsync(Content(tag));

        var release = Repository.Releases[^1];
        Assert.Equal((prerelease, latest), (release.Prerelease, release.MakeLatest));
        Assert.Equal(previous, (string?)GitHub.Requests.Single(x => x.Operation == "repos/generate-release-notes").Body!["previous_tag_name"]);
    }

    [Fact]
    public async Task Answers_that_get_lost_leave_nothing_double()
    {
        GitHub.Fail(Fault.Broken(502) with { When = x => x.Operation == "repos/create-release", AfterIsDone = true });
        GitHub.Fail(Fault.Drop() with { When = x => x.Operation == "repos/upload-release-asset", AfterIsDone = true });
        GitHub.Fail(Fault.Broken(500) with { When = x => x.Operation == "repos/update-release", AfterIsDone = true });

        await PublishAsync(Content("v1.2.3", Asset("a.json", "A"), Asset("b.json", "B")));

        Assert.Equal(["a.json", "b.json"], Assert.Single(Repository.Releases).Assets.Select(x => x.Name));
        Assert.Equal(3, Retries.Count);
    }

    [Fact]
    public async Task A_release_that_broke_off_is_gone_on_with()
    {
        GitHub.Fail(Fault.Forbidden() with { When = x => x.Target.EndsWith("b.json", StringComparison.Ordinal) });
        await Assert.ThrowsAsync<GitHubException>(() => PublishAsync(Content("v1.2.3", Asset("a.json", "A"), Asset("b.json", "B"))));
        var draft = Assert.Single(Repository.Releases);
        Assert.True(draft.Draft);
        GitHub.Recover();

        await PublishAsync(Content("v1.2.3", Asset("a.json", "A"), Asset("b.json", "B")));

        Assert.Same(draft, Assert.Single(Repository.Releases));
        Assert.False(draft.Draft);
        Assert.Equal(2, draft.Assets.Count);
    }

    [Fact]
    public async Task A_tag_that_was_not_pushed_is_not_made_by_the_release()
    {
        Repository.Refs["refs/heads/main"] = Commit;
        using var connection = Connect();

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new Releases(connection).PublishAsync(Content("v1.2.3"), Cancellation));

        Assert.Contains("git push origin v1.2.3", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
    }

    [Fact]
    public async Task A_repository_that_the_token_may_not_see_is_no_missing_tag()
    {
        using var connection = Connect();

        var failure = await Assert.ThrowsAsync<GitHubException>(() => new Releases(connection).PublishAsync(Content("v1.2.3"), Cancellation));

        Assert.Contains("the token may not see it", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("git push", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_on_another_commit_is_not_released()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => PublishAsync(Content("v1.2.3") with { Revision = new string('b', 40) }));

        Assert.Contains(Commit, failure.Message, StringComparison.Ordinal);
        Assert.Contains(new string('b', 40), failure.Message, StringComparison.Ordinal);
        Assert.Empty(Changes);
    }

    [Fact]
    public async Task A_token_that_may_only_read_is_told_what_it_lacks()
    {
        GitHub.Fail(Fault.Forbidden() with { When = x => x.Method != "GET" });

        var failure = await Assert.ThrowsAsync<GitHubException>(() => PublishAsync(Content("v1.2.3")));

        Assert.Contains("`contents: write`", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Releases_of_another_program_of_the_repository_are_not_compared_with()
    {
        await PublishAsync(Content("v9.0.0"));
        var content = Content("v1.2.3") with { Tag = "shop/v1.2.3" };
        Repository.Refs[$"refs/tags/{content.Tag}"] = Commit;

        await new Releases(Connect()) { VersionTagPrefix = "shop/v" }.PublishAsync(content, Cancellation);

        Assert.True(Repository.Releases.Single(x => x.TagName == content.Tag).MakeLatest);
        var notes = GitHub.Requests.Last(x => x.Operation == "repos/generate-release-notes").Body!;
        Assert.Null(notes["previous_tag_name"]);
    }

    private async Task<Uri> PublishAsync(ReleaseContent content)
    {
        Repository.Refs[$"refs/tags/{content.Tag}"] = Commit;
        return await new Releases(Connect()).PublishAsync(content, Cancellation);
    }

    private static ReleaseContent Content(string tag, params ReleaseAsset[] assets) =>
        new() { Tag = tag, Revision = Commit, Version = SemanticVersion.Parse(tag[1..]), Images = "## the images\n", Assets = assets };

    private static ReleaseAsset Asset(string name, string content) => new(name, "application/json", Encoding.UTF8.GetBytes(content));
}
