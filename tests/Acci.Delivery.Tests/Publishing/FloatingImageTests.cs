using System.Text.Json.Nodes;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>A tag that stands for the newest image is decided by the image that it points at, in a real registry, whatever that one's other tags are called.</summary>
public sealed class FloatingImageTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private const string First = "1111111111111111111111111111111111111111";
    private const string Second = "2222222222222222222222222222222222222222";
    private const string Hotfix = "3333333333333333333333333333333333333333";
    private const string Source = "https://github.com/owner/app";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // Each is what an image is tagged with by some rules: by a commit alone, in forms that nobody reads as versions, or not at all.
    [Theory]
    [InlineData("sha-2222222", "sha-3333333")]
    [InlineData("V2.0.0", "V1.2.9")]
    [InlineData("v2.0.0-1", "v1.2.9-1")]
    [InlineData("app-2.0.0", "app-1.2.9")]
    [InlineData("2.0.0-2222222", "1.2.9-3333333")]
    [InlineData("2_0_0", "1_2_9")]
    [InlineData("app-v2.0.0.1", "app-v1.2.9.1")]
    public async Task An_older_version_does_not_take_latest_however_versions_are_tagged(string newer, string older)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, "2.0.0", Second);
        foreach (var tag in (string[])[newer, "latest"]) await registry.PutTagAsync(repository, tag, there, Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.9", Hotfix), [older, "latest"], "1.2.9", Hotfix);

        Assert.Equal([true, false], plan.Moves.Select(x => x.Moves));
        Assert.True(plan.Moves[1].Reason is "it points at 2.0.0, which is newer than 1.2.9" or "2.0.0 is published and newer than 1.2.9", plan.Moves[1].Reason);
    }

    [Theory]
    [InlineData(Second, true)]
    [InlineData(Hotfix, false)]
    public async Task Versions_that_git_cannot_count_are_ordered_by_its_history(string commit, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, "latest", await PushAsync(registry, repository, "0.0.0-alpha.0.5", First), Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "0.0.0-alpha.0.7", commit), ["release-1.2.9", "latest"], "0.0.0-alpha.0.7", commit);

        Assert.Equal(moves, plan.Moves[1].Moves);
    }

    [Fact]
    public async Task Another_publish_that_has_put_latest_on_a_newer_image_keeps_it()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (own, newer) = (await PushAsync(registry, repository, "1.0.1-alpha.0.3", First), await PushAsync(registry, repository, "1.0.1-alpha.0.9", Second));
        var plan = await DecideAsync(registry, repository, own, ["latest"], "1.0.1-alpha.0.3", First);
        await registry.PutTagAsync(repository, "latest", newer, Cancellation);

        var report = TagReport.Of(plan, await new TagTransaction(registry) { IsTrustedAsync = _ => Task.FromResult(true) }.RunAsync([plan], Cancellation));

        Assert.Equal(newer, await AtAsync(registry, repository, "latest"));
        Assert.Equal([$"latest: it points at 1.0.1-alpha.0.9, whose commit {Second} does not come before {First}"], report.Lost);
    }

    [Fact]
    public async Task Latest_is_taken_back_from_an_older_image_that_was_written_at_the_same_time()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (own, older) = (await PushAsync(registry, repository, "1.0.1-alpha.0.9", Second), await PushAsync(registry, repository, "1.0.1-alpha.0.3", First));
        var plan = await DecideAsync(registry, repository, own, ["latest"], "1.0.1-alpha.0.9", Second);
        var isTaken = false;
        proxy.Decide = request =>
        {
            // The other one looked before this one wrote.
            if (!isTaken && request.Method != "PUT" && request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal) && AtAsync(direct, behind, "latest").Result == own)
            {
                isTaken = true;
                direct.PutTagAsync(behind, "latest", older, Cancellation).GetAwaiter().GetResult();
            }

            return null;
        };

        var report = TagReport.Of(plan, await new TagTransaction(registry).RunAsync([plan], Cancellation));

        Assert.True(isTaken);
        Assert.Equal(own, await AtAsync(direct, behind, "latest"));
        Assert.Equal(["latest"], report.Taken);
    }

    [Theory]
    [InlineData("V1.2.3")]
    [InlineData("app-1.2.3")]
    [InlineData("1_2_3")]
    [InlineData("1.2.3-rc.1-alpine")]
    public async Task A_tag_with_the_version_in_it_that_its_image_says_is_written_once(string tag)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, tag.Contains("rc", StringComparison.Ordinal) ? "1.2.3-rc.1" : "1.2.3", First);
        await registry.PutTagAsync(repository, tag, there, Cancellation);
        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.0.1-alpha.0.9", Second), [tag], "1.0.1-alpha.0.9", Second);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => plan.WritingOnceAsync(registry, "--replace-version", false, Cancellation));

        Assert.StartsWith($"{repository}:{tag} points at {there} already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_version_that_two_publishes_write_at_once_fails_the_one_that_lost_it()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = ImageReference.Parse($"{server.Domain}/{repository.Path}");
        var (own, other) = (await PushAsync(registry, repository, "1.2.3", First), await PushAsync(registry, repository, "1.2.3", Second));
        var plan = await (await DecideAsync(registry, repository, own, ["1.2.3", "latest"], "1.2.3", First)).WritingOnceAsync(registry, "--replace-version", false, Cancellation);
        proxy.Decide = request =>
        {
            if (request.Method == "PUT" && request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) direct.PutTagAsync(behind, "1.2.3", other, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry).RunAsync([plan], Cancellation));

        Assert.Contains($"{repository}:1.2.3 was put on {other} by another publish at the same time", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Give the image a version of its own, or replace the other one with --replace-version.", error.Message, StringComparison.Ordinal);
        Assert.Equal(other, await AtAsync(direct, behind, "1.2.3"));
    }

    // This machine's registry has the images of all repositories here.
    [Theory]
    [InlineData(Source, true)]
    [InlineData("https://github.com/Owner/App.git", true)]
    [InlineData("https://github.com/other/app", false)]
    [InlineData(null, true)]
    public async Task A_version_of_other_source_code_is_not_taken_from_it(string? source, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, "1.2.3", await PushAsync(registry, repository, "1.2.3", First, "theirs", source), Cancellation);
        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Second), ["1.2.3"], "1.2.3", Second);

        var problem = await Record.ExceptionAsync(() => plan.TakingNoneOfOthersAsync(registry, Cancellation));

        Assert.Equal(moves ? null : $"{repository}:1.2.3 is an image of {source}, and this one is of {Source}: no tag moves. Give one of the two another name, publish with --registry, or replace the other one's tags with --replace-version.", problem?.Message);
        var move = Assert.Single((await plan.TakingNoneOfOthersAsync(registry, "--replace-version", mayReplace: true, Cancellation)).Moves);
        Assert.True(move.Moves);
        Assert.Equal(moves, move.Replaces is null);
    }

    [Fact]
    public async Task What_has_the_same_platforms_may_be_written_by_both()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (one, same) = (await PushAsync(registry, repository, "1.2.3", First, "same"), await PushAsync(registry, repository, "1.2.3", Second, "same"));
        Assert.NotEqual(one, same);
        var plan = await (await DecideAsync(registry, repository, one, ["1.2.3"], "1.2.3", First)).WritingOnceAsync(registry, "--replace-version", false, Cancellation);
        await registry.PutTagAsync(repository, "1.2.3", same, Cancellation);

        Assert.Equal(["1.2.3"], TagReport.Of(plan, await new TagTransaction(registry).RunAsync([plan], Cancellation)).Taken);
    }

    [Theory]
    [InlineData("2026.11.29", "1.0.1", true)]
    [InlineData("2026.11.29", "1.0.1-alpha.0.2", true)]
    [InlineData("26.11.29", "1.0.1", true)]
    [InlineData("26.11.29", "1.0.1-alpha.0.2", true)]
    [InlineData("26.11", "1.0.1-alpha.0.2", true)]
    [InlineData("29.11.2026", "1.0.1-alpha.0.2", true)]
    [InlineData("26.11.29", "25.1.1-alpha.0.2", false)]
    [InlineData("2.0.0", "1.0.1-alpha.0.2", false)]
    [InlineData("14.1.0", "1.0.1-alpha.0.2", false)]
    [InlineData("26.13.0", "1.0.1-alpha.0.2", false)]
    [InlineData("2026.11.29", "2026.11.29", false)]
    [InlineData("2.0.0", "2.0.0", false)]
    [InlineData("2.0.0", null, false)]
    public async Task A_date_is_no_newer_version_where_its_image_says_so(string tag, string? said, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, tag, await PushAsync(registry, repository, said, First), Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.0.2", Second), ["1.0.2", "latest"], "1.0.2", Second);

        Assert.Equal(moves, plan.Moves[1].Moves);
    }

    [Theory]
    [InlineData("1.2.2", "https://github.com/Owner/App", true)]
    [InlineData("2.0.0", Source, false)]
    [InlineData("1.2.2", "https://github.com/owner/app.git", true)]
    [InlineData("1.2.2", "https://github.com/owner/base", false)]
    [InlineData("1.2.2", "", false)]
    public async Task What_other_tools_have_published_says_its_version_in_labels(string there, string source, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, "latest", await PushLabelledAsync(registry, repository, there, source), Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Second), ["1.2.3", "latest"], "1.2.3", Second);

        Assert.Equal(moves, plan.Moves[1].Moves);
    }

    [Theory]
    [InlineData("2.0.0", "0.5.1", "", false)]
    [InlineData("2.0.0", "0.5.1", Source, false)]
    [InlineData("1.2.2", "24.04", "", true)]
    [InlineData("1.2.2", "16.4.0", "https://github.com/owner/base", true)]
    public async Task The_label_of_a_base_image_is_no_version_of_the_image(string tag, string inherited, string source, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushLabelledAsync(registry, repository, inherited, source);
        foreach (var name in (string[])[tag, "latest"]) await registry.PutTagAsync(repository, name, there, Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Second), ["1.2.3", "latest"], "1.2.3", Second);

        Assert.Equal(moves, plan.Moves[1].Moves);
    }

    // A branch's build says another version than the release that it became.
    [Theory]
    [InlineData("app-2.0.0", "app-1.2.9", false)]
    [InlineData("2.0.0-alpine", "1.2.9-alpine", false)]
    [InlineData("app-1.2.8", "app-1.2.9", true)]
    public async Task Versions_are_read_in_the_form_that_the_image_s_own_tag_has(string published, string own, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, "1.0.1-alpha.0.9", First);
        foreach (var tag in (string[])[published, "latest"]) await registry.PutTagAsync(repository, tag, there, Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.9", Hotfix), [own, "latest"], "1.2.9", Hotfix);

        Assert.Equal(moves, plan.Moves[1].Moves);
    }

    [Theory]
    [InlineData("type=semver,pattern={{major}}_{{minor}}", "1_2")]
    [InlineData("type=semver,pattern={{major}}-{{minor}}", "1-2")]
    public async Task A_part_of_the_version_stands_for_the_newest_image_however_it_is_written(string rule, string tag)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, tag, await PushAsync(registry, repository, "1.2.4", Second), Cancellation);
        var tags = TagRules.ParseList(rule).Apply(new BuildFacts { Ref = "refs/tags/v1.2.3" });
        var floating = tags.Floating with { Version = ImageVersion.Parse("1.2.3") };

        var plan = await TagPlan.DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Hotfix), [tag], floating, Succession("1.2.3", Hotfix), Cancellation);

        Assert.Contains(tag, tags.All);
        Assert.Equal($"{tag} stays: it points at 1.2.4, which is newer than 1.2.3", $"{Assert.Single(plan.Moves)}");
    }

    // Releases are built on branches of their own, and main gives latest.
    [Theory]
    [InlineData("2.0.1-alpha.0.40", Second, true)]
    [InlineData("2.0.1-alpha.0.40", Hotfix, false)]
    [InlineData("2.0.1", Second, false)]
    [InlineData("2.0.1-alpha.0.9 as 2.0.5", Second, false)]
    [InlineData("2.0.1-rc.1 as 2.0.1", Second, false)]
    public async Task A_branch_goes_on_with_the_tag_that_it_has_though_a_release_is_newer(string there, string commit, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (said, promoted) = there.Split(" as ") is [var one, var other] ? (one, other) : (there, null);
        var image = await PushAsync(registry, repository, said, First);
        await registry.PutTagAsync(repository, promoted ?? "2.0.1", promoted is null ? await PushAsync(registry, repository, "2.0.1", Hotfix) : image, Cancellation);
        await registry.PutTagAsync(repository, "latest", image, Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "2.0.1-alpha.0.41", commit), ["latest"], "2.0.1-alpha.0.41", commit);
        var report = TagReport.Of(plan, await new TagTransaction(registry).RunAsync([plan], Cancellation));

        Assert.Equal(moves ? ["latest"] : [], report.Taken);
    }

    // A version that has the form of a date, promoted from builds of a branch.
    [Theory]
    [InlineData("26.11.30", "26.10.2", "26")]
    [InlineData("2026.11.30", "2026.10.2", "2026.10")]
    public async Task Where_versions_are_dates_a_date_is_a_version(string published, string version, string series)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, "0.0.0-alpha.0.500", Second);
        foreach (var tag in (string[])[published, "latest"]) await registry.PutTagAsync(repository, tag, there, Cancellation);
        var image = await PushAsync(registry, repository, "0.0.0-alpha.0.400", First);

        var plan = await TagPlan.DecideAsync(
            registry, repository, image, [version, series, "latest"], new FloatingTags { Version = ImageVersion.Parse(version) }, Succession("0.0.0-alpha.0.400", First), Cancellation);

        Assert.Equal($"latest stays: {published} is published and newer than {version}", $"{plan.Moves[2]}");
    }

    [Fact]
    public async Task A_release_of_an_image_s_own_version_is_not_decided_by_git()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        foreach (var version in (string[])["9.6.0", "10.0.0"]) await registry.PutTagAsync(repository, version, await PushAsync(registry, repository, version, First), Cancellation);
        await registry.PutTagAsync(repository, "9", await PushAsync(registry, repository, null, First), Cancellation);

        var plan = await TagPlan.DecideAsync(
            registry, repository, await PushAsync(registry, repository, "9.5.3", Second), ["9.5.3", "9"],
            new FloatingTags { Version = ImageVersion.Parse("9.5.3"), SaysOwnVersion = true, IsCounted = true }, Succession("9.5.3", Second), Cancellation);

        Assert.Equal("9 stays: 9.6.0 is published and newer than 9.5.3", $"{plan.Moves[1]}");
    }

    [Fact]
    public async Task A_branch_gives_way_to_a_release_that_was_published_at_the_same_time()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var before = await PushAsync(registry, repository, "2.0.1-alpha.0.40", First);
        await registry.PutTagAsync(repository, "latest", before, Cancellation);
        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "2.0.1-alpha.0.41", Second), ["latest"], "2.0.1-alpha.0.41", Second);
        var release = await PushAsync(registry, repository, "2.0.1", Second);
        await registry.PutTagAsync(repository, "2.0.1", release, Cancellation);

        var report = TagReport.Of(plan, await new TagTransaction(registry) { IsTrustedAsync = _ => Task.FromResult(true) }.RunAsync([plan], Cancellation));

        Assert.Equal(["latest: 2.0.1 was published at the same time and is newer than 2.0.1-alpha.0.41"], report.Lost);
        Assert.Equal(release, await AtAsync(registry, repository, "latest"));
    }

    // 2.0.1 is a build of the same branch that was promoted meanwhile.
    [Fact]
    public async Task A_branch_keeps_its_tag_where_an_older_build_of_it_became_a_release()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, "latest", await PushAsync(registry, repository, "2.0.1-alpha.0.39", First), Cancellation);
        var image = await PushAsync(registry, repository, "2.0.1-alpha.0.41", Second);
        var plan = await DecideAsync(registry, repository, image, ["latest"], "2.0.1-alpha.0.41", Second);
        await registry.PutTagAsync(repository, "2.0.1", await PushAsync(registry, repository, "2.0.1-alpha.0.40", First), Cancellation);

        await new TagTransaction(registry) { IsTrustedAsync = _ => Task.FromResult(true) }.RunAsync([plan], Cancellation);

        Assert.Equal(image, await AtAsync(registry, repository, "latest"));
    }

    [Fact]
    public async Task What_a_pre_release_became_is_found_among_many_later_versions()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, "2.1.0-rc.1", First);
        foreach (var tag in (string[])["2.1.0", "2"]) await registry.PutTagAsync(repository, tag, there, Cancellation);
        var later = await PushAsync(registry, repository, "3.0.0", First);
        for (var minor = 0; minor < 20; minor++) await registry.PutTagAsync(repository, $"3.{minor}.0", later, Cancellation);

        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "2.1.0-alpha.0.1", Second), ["2"], "2.1.0-alpha.0.1", Second);

        Assert.False(Assert.Single(plan.Moves).Moves);
    }

    [Fact]
    public async Task A_rollback_does_not_take_a_tag_that_another_publish_has_moved_meanwhile()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var (older, now, newer) = (await PushAsync(registry, repository, "1.0.0", First), await PushAsync(registry, repository, "1.1.0", Second), await PushAsync(registry, repository, "1.2.0", Hotfix));
        await registry.PutTagAsync(repository, "latest", newer, Cancellation);
        var plan = TagPlan.Back(repository, older, [("latest", now)]);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new TagTransaction(registry).RunAsync([plan], Cancellation));

        Assert.Equal($"{repository}:latest was put on {newer} by another publish meanwhile. No tag moves. Look at what the tag points at now before you roll it back.", error.Message);
        Assert.Equal(newer, await AtAsync(registry, repository, "latest"));
    }

    // A build of such a tag, and the next one of the branch.
    [Theory]
    [InlineData("v1.3", "v1.3", "latest")]
    [InlineData(null, "latest")]
    public async Task The_tag_of_git_itself_is_given_though_it_names_no_version(string? git, params string[] wanted)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var before = await PushAsync(registry, repository, "0.0.0-alpha.0.5", First);
        foreach (var tag in (string[])["v1.2", "latest"]) await registry.PutTagAsync(repository, tag, before, Cancellation);
        var floating = new FloatingTags { Version = ImageVersion.Parse("0.0.0-alpha.0.7"), IsCounted = true, GitTag = git };
        var image = await PushAsync(registry, repository, "0.0.0-alpha.0.7", Second);

        var plan = await TagPlan.DecideAsync(registry, repository, image, wanted, floating, Succession("0.0.0-alpha.0.7", Second), Cancellation);
        var report = TagReport.Of(plan, await new TagTransaction(registry).RunAsync([plan], Cancellation));

        Assert.Equal(wanted, report.Taken);
        Assert.Empty(report.Lost);
    }

    // What its images say is the version of something in them.
    [Theory]
    [InlineData("1.2.9", "16.4.1", "2.0.0", "16.4.0", "latest stays: 2.0.0 is published and newer than 1.2.9")]
    [InlineData("1.2.4", "16.4.0", "1.2.3", "16.4.0", "latest moves: nothing newer than 1.2.4 is published")]
    [InlineData("1.2.4", "16.3.2", "1.2.3", "16.4.0", "latest moves: nothing newer than 1.2.4 is published")]
    public async Task Of_an_image_with_a_version_of_its_own_the_tags_decide(string version, string says, string published, string said, string move)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var there = await PushAsync(registry, repository, said, First);
        foreach (var tag in (string[])[published, "latest"]) await registry.PutTagAsync(repository, tag, there, Cancellation);
        var floating = new FloatingTags { Version = ImageVersion.Parse(version), SaysOwnVersion = true };

        var plan = await TagPlan.DecideAsync(
            registry, repository, await PushAsync(registry, repository, says, Hotfix), [version, "latest"], floating, Succession(says, Hotfix), Cancellation);

        Assert.Equal(move, $"{plan.Moves[1]}");
    }

    [Theory]
    [InlineData("16.4.1", Hotfix, true)]
    [InlineData("16.4.0", Second, true)]
    [InlineData("16.4.0", Hotfix, false)]
    [InlineData("16.3.2", Second, false)]
    public async Task Without_a_version_in_its_tags_what_it_says_decides(string says, string commit, bool moves)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, "latest", await PushAsync(registry, repository, "16.4.0", First), Cancellation);

        var plan = await TagPlan.DecideAsync(
            registry, repository, await PushAsync(registry, repository, says, commit), ["latest"], new FloatingTags { SaysOwnVersion = true }, Succession(says, commit), Cancellation);

        Assert.Equal(moves, Assert.Single(plan.Moves).Moves);
    }

    [Theory]
    [InlineData("fix-1.0.0", "1.0.0", false)]
    [InlineData("1.2.3-rc.1", "1.2.3-rc.1", true)]
    public async Task The_tag_of_a_branch_moves_though_the_branch_is_called_by_a_version(string branch, string said, bool isFull)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, branch, await PushAsync(registry, repository, said, First), Cancellation);
        var floating = new FloatingTags { Version = ImageVersion.Parse("1.0.1-alpha.0.1"), IsCounted = true, Branches = [branch] };
        var image = await PushAsync(registry, repository, "1.0.1-alpha.0.1", Second);
        var plan = await TagPlan.DecideAsync(registry, repository, image, [branch], floating, Succession("1.0.1-alpha.0.1", Second), Cancellation);

        Assert.Equal(isFull, await Record.ExceptionAsync(() => plan.WritingOnceAsync(registry, "--replace-version", false, Cancellation)) is DeliveryException);
    }

    [Fact]
    public async Task A_tag_that_is_listed_and_not_shown_stays()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        var repository = proxy.NewRepository();
        await registry.PutTagAsync(repository, "latest", await PushAsync(registry, repository, "2.0.0", First), Cancellation);
        var image = await PushAsync(registry, repository, "1.2.9", Second);
        proxy.Decide = request => request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal) ? new NetworkFault.Answer(404) : null;

        var plan = await DecideAsync(registry, repository, image, ["latest"], "1.2.9", Second);

        Assert.Equal("latest stays: the registry lists it and cannot find it", $"{Assert.Single(plan.Moves)}");
    }

    [Fact]
    public async Task What_stood_for_a_version_that_is_replaced_stands_for_the_new_image()
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        var old = await PushAsync(registry, repository, "1.2.3", Second);
        foreach (var tag in (string[])["1.2.3", "1.2", "latest"]) await registry.PutTagAsync(repository, tag, old, Cancellation);
        await registry.PutTagAsync(repository, "latest", await PushAsync(registry, repository, "2.0.0", Second), Cancellation);
        // Nothing tells which of the two commits is the newer one.
        var decided = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Hotfix), ["1.2.3", "1.2", "latest"], "1.2.3", Hotfix);
        Assert.Equal([true, false, false], decided.Moves.Select(x => x.Moves));

        var plan = await decided.WritingOnceAsync(registry, "--replace-version", true, Cancellation);

        Assert.Equal([true, true, false], plan.Moves.Select(x => x.Moves));
    }

    [Theory]
    [InlineData("sha256-0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("sha256-0123456789012345678901234567890123456789012345678901234567890123.sig")]
    public async Task An_image_does_not_get_a_tag_under_which_signatures_are_kept(string tag)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.0.0", First), [tag], "1.0.0", First));

        Assert.StartsWith($"No image gets the tag {tag}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_version_that_is_listed_and_not_shown_is_not_written()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        var repository = proxy.NewRepository();
        await registry.PutTagAsync(repository, "1.2.3", await PushAsync(registry, repository, "1.2.3", First), Cancellation);
        var plan = await DecideAsync(registry, repository, await PushAsync(registry, repository, "1.2.3", Second), ["1.2.3"], "1.2.3", Second);
        proxy.Decide = request => request.Path.EndsWith("/manifests/1.2.3", StringComparison.Ordinal) ? new NetworkFault.Answer(404) : null;

        var error = await Assert.ThrowsAsync<DeliveryException>(() => plan.WritingOnceAsync(registry, "--replace-version", false, Cancellation));

        Assert.StartsWith($"The registry lists {repository}:1.2.3 and cannot find it.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.3", "1.2.3 moves: it points at sha256:")]
    [InlineData("latest", "latest stays: it points at 2.0.0, which is newer than 1.2.3")]
    public async Task A_plan_says_before_the_build_what_the_tags_point_at(string tag, string said)
    {
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PutTagAsync(repository, tag, await PushAsync(registry, repository, tag == "latest" ? "2.0.0" : "1.2.3", First), Cancellation);

        var plan = await (await DecideAsync(registry, repository, Digest.Of([]), [tag], "1.2.3", Second)).ForeseeingAsync(registry, "--replace-version", false, Cancellation);

        Assert.StartsWith(said, $"{plan.Moves[0]}", StringComparison.Ordinal);
    }

    private static Succession Succession(string version, string commit) =>
        new(new ImageOrigin(ImageVersion.Parse(version), commit) { Source = Source }, (ancestor, other) => Task.FromResult<bool?>((ancestor, other) is (First, Second)));

    private static Task<TagPlan> DecideAsync(OciRegistry registry, ImageReference repository, Digest image, string[] tags, string version, string commit)
    {
        var own = ImageVersion.Parse(version);
        return TagPlan.DecideAsync(registry, repository, image, tags, new FloatingTags { Version = own, IsCounted = own.IsCounted }, Succession(version, commit), Cancellation);
    }

    private static async Task<Digest?> AtAsync(OciRegistry registry, ImageReference repository, string tag) => (await registry.FindAsync(repository.WithTag(tag), Cancellation))?.Digest;

    private async Task<Digest> PushLabelledAsync(OciRegistry registry, ImageReference repository, string version, string source)
    {
        var builder = new LayoutBuilder(_folder.Combine(Guid.NewGuid().ToString("n")));
        builder.AddImage(Platform.LinuxAmd64, [builder.AddBlob([1, 2, 3])], new JsonObject { ["org.opencontainers.image.version"] = version, ["org.opencontainers.image.source"] = source });
        return (await registry.PushAsync(await builder.WriteAsync(), repository, null, Cancellation)).Digest;
    }

    private async Task<Digest> PushAsync(OciRegistry registry, ImageReference repository, string? version, string commit, string? content = null, string? source = null)
    {
        var annotations = new JsonObject { ["org.opencontainers.image.revision"] = commit };
        if (version is not null) annotations["org.opencontainers.image.version"] = version;
        if (source is not null) annotations["org.opencontainers.image.source"] = source;
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine(Guid.NewGuid().ToString("n")), content ?? $"{version} {commit}", annotations);
        return (await registry.PushAsync(layout, repository, null, Cancellation)).Digest;
    }
}
