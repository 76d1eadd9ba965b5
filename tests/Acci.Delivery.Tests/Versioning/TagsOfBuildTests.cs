using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Versioning;

/// <summary>An image's tags and its version come from different questions, and say the same or nothing is published.</summary>
public sealed class TagsOfBuildTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task What_is_built_for_a_version_tag_has_that_version()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.2.3");
        using var context = Context("refs/tags/v1.2.3", await HeadAsync());

        Assert.Contains("1.2.3", (await context.TagsAsync()).All);
    }

    [Theory]
    [InlineData("git tag v1.2.4", "1.2.4")]
    [InlineData("git tag --delete v1.2.3", "0.0.0-alpha.0")]
    public async Task Tags_of_one_version_are_not_given_to_another(string change, string version)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.2.3", change);
        using var context = Context("refs/tags/v1.2.3", await HeadAsync());

        var error = await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync);

        Assert.StartsWith($"The tags of this build come from v1.2.3, and what is checked out is version {version}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_on_the_commit_of_a_higher_one_is_told_what_is_the_matter()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.2.3-rc.1", "git tag v1.2.3");
        using var context = Context("refs/tags/v1.2.3-rc.1", await HeadAsync());

        var error = await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync);

        Assert.Contains("The commit has the tag v1.2.3, too", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("git fetch", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    // A tag without the v is none that MinVer counts by.
    [InlineData("refs/tags/2.0.0", "type=semver,pattern={{version}};type=semver,pattern={{major}}", "2.0.0")]
    [InlineData("refs/tags/2.0.0", "type=ref,event=tag", "2.0.0")]
    [InlineData("refs/tags/app-2.0.0", "type=match,pattern=app-(.*),group=1,prefix=app-", "2.0.0")]
    [InlineData("refs/tags/2.0", "type=raw,value=2.0.0", "2.0.0")]
    [InlineData("refs/heads/2.0.0", "type=ref,event=branch", "2.0.0")]
    [InlineData("refs/tags/1.0.0-rc.1", "type=semver,pattern={{version}}", "1.0.0-rc.1")]
    [InlineData("refs/heads/2.0.0-dev", "type=ref,event=branch", null)]
    [InlineData("refs/tags/1.0.0", "type=semver,pattern={{version}};type=raw,value=1.0.0-alpine", null)]
    [InlineData("refs/tags/v1.0.0", "type=semver,pattern={{version}};type=semver,pattern=node{{version}},value=v20.1.0", null)]
    public async Task A_rule_gives_an_image_no_version_that_it_does_not_have(string reference, string rules, string? other)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.0.0");
        using var context = Context(Options with { TagRules = TagRules.ParseList(rules) }, reference, await HeadAsync());

        if (other is null)
        {
            Assert.NotEmpty((await context.TagsAsync()).All);
            return;
        }

        var error = await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync);
        var start = $"The tag rules give this build the tags of version {other}, and what is checked out is version 1.0.0: ";
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    // Numbers that MinVer does not read.
    [InlineData("v1.0.20240101123456", "1.0.20240101123456 latest")]
    [InlineData("V99999999999.0.0", null)]
    public async Task A_tag_at_the_commit_may_have_numbers_of_any_length(string tag, string? tags)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", $"git tag {tag}");
        using var context = Context(Options with { TagRules = TagRules.Parse("type=semver,pattern={{version}}", "type=raw,value=x") }, $"refs/tags/{tag}", await HeadAsync());

        var found = await context.TagsAsync();

        if (tags is not null) Assert.StartsWith(tags.Split(' ')[0], string.Join(' ', found.All), StringComparison.Ordinal);
        Assert.False(found.Floating.IsCounted);
    }

    [Theory]
    [InlineData("type=schedule,pattern={{date 'YYYY.M.D'}}")]
    [InlineData("type=raw,value={{commit_date 'YYYY.M.D'}}")]
    [InlineData("type=raw,value=.0,prefix={{date 'YYYY.M'}}")]
    public async Task A_date_is_no_version_though_it_looks_like_one(string rule)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.0.0");
        using var context = Context(Options with { TagRules = TagRules.Parse(rule) }, "refs/heads/main", await HeadAsync(), ("GITHUB_EVENT_NAME", "schedule"));

        var tags = await context.TagsAsync();

        var move = Assert.Single(tags.Floating.Decide(tags.All, []));
        Assert.Equal((true, false), (move.Moves, move.IsFull));
    }

    [Fact]
    public async Task An_image_that_says_its_own_version_has_that_one()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag v1.0.0");
        var annotations = new Dictionary<string, string> { ["org.opencontainers.image.version"] = "20.1.0" };
        var image = new ImageDefinition("app") { Dockerfile = "Dockerfile", Annotations = annotations };
        var options = Options with { Images = [image], TagRules = TagRules.Parse("type=semver,pattern={{version}},value=20.1.0") };
        using var context = Context(options, "refs/heads/main", await HeadAsync());

        Assert.Equal(["20.1.0", "latest"], (await context.TagsAsync()).All);
    }

    [Theory]
    [InlineData("refs/heads/2.0.0-dev", "2.0.0-dev", true)]
    [InlineData("refs/tags/release-1.2", "release-1.2", false)]
    public async Task Where_a_tag_comes_from_is_known(string reference, string tag, bool isBranch)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work");
        using var context = Context(Options with { TagRules = new TagRules() }, reference, await HeadAsync());

        var tags = await context.TagsAsync();

        Assert.Contains(tag, tags.All);
        foreach (var floating in new[] { tags.Floating, tags.FloatingOfOwnVersion })
        {
            Assert.Equal(isBranch ? [tag] : [], floating.Branches);
            Assert.Equal(isBranch ? null : tag, floating.GitTag);
            Assert.False(floating.Decide([tag], [])[0].IsFull);
        }

        Assert.Equal((false, true), (tags.Floating.SaysOwnVersion, tags.FloatingOfOwnVersion.SaysOwnVersion));
    }

    [Theory]
    [InlineData("git tag v1.0.0", "1.0.0", false)]
    [InlineData("git commit --quiet --allow-empty -m more", "1.0.1-alpha.0.1", true)]
    public async Task What_no_rule_says_the_version_of_is_what_is_checked_out(string change, string version, bool isCounted)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", isCounted ? "git tag v1.0.0" : "git tag nightly", change);
        var options = Options with { TagRules = TagRules.Parse("type=raw,value=latest"), AllowOlder = true };
        using var context = Context(options, "refs/heads/main", await HeadAsync());

        var floating = (await context.TagsAsync()).Floating;

        Assert.Equal((version, isCounted, "--allow-older"), (floating.Version?.ToString(), floating.IsCounted, floating.Override));
    }

    [Fact]
    public async Task A_tag_that_names_no_version_may_stand_for_any()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work", "git tag nightly");
        using var context = Context("refs/tags/nightly", await HeadAsync());

        Assert.NotEmpty((await context.TagsAsync()).All);
    }

    [Fact]
    public async Task An_image_does_not_get_the_tags_of_a_commit_that_is_not_checked_out()
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work");
        using var context = Context("refs/heads/main", new string('a', 40));

        var error = await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync);

        Assert.StartsWith($"This workflow runs for commit {new string('a', 40)} (GITHUB_SHA), and {await HeadAsync()} is checked out: ", error.Message, StringComparison.Ordinal);
        // What only builds and tests it names the commit that it is built from.
        Assert.Equal(await HeadAsync(), (await context.FactsAsync()).Sha);
    }

    [Theory]
    [InlineData("type=raw,value=1.x-nightly", "1.x-nightly")]
    [InlineData("type=schedule,pattern=nightly-1.x", "nightly-1.x")]
    [InlineData("type=semver,pattern={{version}},value=0.0.0-alpha.0", "0.0.0-alpha.0")]
    [InlineData("type=sha", "sha-")]
    [InlineData("type=raw,value=x,enable={{is_default_branch}}", null)]
    [InlineData("type=raw,value={{branch}}", null)]
    [InlineData("type=edge", null)]
    [InlineData("type=raw,value=x;type=ref,event=branch", null)]
    public async Task Another_commit_is_published_under_tags_that_do_not_come_from_the_ref(string rules, string? tags)
    {
        await _repository.Run("git init --quiet", "git commit --quiet --allow-empty -m work");
        using var context = new DeliveryContext(Options with { TagRules = TagRules.ParseList(rules) }, TestContext.Current.CancellationToken)
        {
            Environment = ProcessEnvironment.Empty.With(
                ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "schedule"), ("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", new string('a', 40)), ("GITHUB_REPOSITORY", "octo/app")),
        };

        if (tags is null) Assert.Contains("which stands for refs/heads/main", (await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync)).Message, StringComparison.Ordinal);
        else Assert.Equal(tags == "sha-" ? $"sha-{(await HeadAsync())[..7]}" : tags, string.Join(' ', (await context.TagsAsync()).All));
    }

    [Theory]
    [InlineData("HEAD", false, "HEAD")]
    [InlineData("pr", false, "pr")]
    [InlineData("HEAD", true, "pr")]
    [InlineData("pr", true, "pr")]
    [InlineData("main", false, null)]
    [InlineData("main", true, null)]
    public async Task A_pull_request_is_published_from_its_merge_and_from_its_own_commit(string checkedOut, bool namesHead, string? named)
    {
        await _repository.Run(
            "git init --quiet --initial-branch main", "git commit --quiet --allow-empty -m base", "git checkout --quiet -b pr", "git commit --quiet --allow-empty -m change",
            "git checkout --quiet main", "git commit --quiet --allow-empty -m other", "git checkout --quiet --detach", "git merge --quiet --no-ff -m merge pr");
        var git = new Git(_repository.Directory);
        var commits = new Dictionary<string, string>();
        foreach (var name in (string[])["HEAD", "pr", "main"]) commits[name] = (await git.CommitOfAsync(name, TestContext.Current.CancellationToken))!;
        await _repository.Run($"git checkout --quiet --detach {commits[checkedOut]}");
        _repository.Write("event.json", $$"""{"number": 7, "pull_request": {"head": {"sha": "{{commits["pr"]}}"} } }""");
        using var context = Context(
            "refs/pull/7/merge", commits["HEAD"],
            ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", Path.Combine(_repository.Directory, "event.json")), ("DOCKER_METADATA_PR_HEAD_SHA", $"{namesHead}"));

        if (named is null) Assert.Contains("(GITHUB_SHA)", (await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync)).Message, StringComparison.Ordinal);
        else Assert.Equal(["pr-7", $"sha-{commits[named][..7]}"], (await context.TagsAsync()).All);
    }

    [Fact]
    public async Task Where_there_is_no_repository_that_is_said_and_not_that_the_rules_are_wrong()
    {
        using var context = new DeliveryContext(Options, TestContext.Current.CancellationToken) { Environment = ProcessEnvironment.Empty };

        var error = await Assert.ThrowsAsync<DeliveryException>(context.TagsAsync);

        Assert.StartsWith($"'{_repository.Directory}' is no git repository with a commit", error.Message, StringComparison.Ordinal);
    }

    private DeliveryOptions Options => new() { Root = _repository.Directory, Artifacts = Path.Combine(_repository.Directory, "artifacts"), Images = [] };

    private async Task<string> HeadAsync() => (await VersionInfo.ReadAsync(_repository.Directory, TestContext.Current.CancellationToken)).Revision!;

    private DeliveryContext Context(string reference, string sha, params (string Name, string Value)[] variables) => Context(Options, reference, sha, variables);

    private static DeliveryContext Context(
        DeliveryOptions options, string reference, string sha, params (string Name, string Value)[] variables) => new(options, TestContext.Current.CancellationToken)
    {
        Environment = ProcessEnvironment.Empty.With(
            ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", reference), ("GITHUB_SHA", sha), ("GITHUB_REPOSITORY", "octo/app")).With(variables),
    };
}
