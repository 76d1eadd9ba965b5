using Acci.Delivery.Images.Tags;
using CsCheck;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class FloatingTagsTests
{
    private static readonly Gen<int> Number = Gen.Int[0, 3];
    private static readonly Gen<ImageVersion> Version = Gen.Select(Number, Number, Number, Gen.OneOf("", "", "", "-rc.1"), (major, minor, patch, label) =>
        ImageVersion.Parse($"{major}.{minor}.{patch}{label}"));

    [Fact]
    public void A_backport_takes_its_own_series_and_leaves_the_newer_ones_alone() => Assert.Equal(
        [
            "1.2.9 moves: it does not stand for the newest of several versions",
            "1.2 moves: nothing newer than 1.2.9 is published",
            "1 moves: nothing newer than 1.2.9 is published",
            "latest stays: 2.0.0 is published and newer than 1.2.9",
        ],
        Decide("1.2.9", ["1.2.9", "1.2", "1", "latest"], ["1.2.8", "1.2", "1", "2.0.0", "2.0", "2", "latest"]));

    [Fact]
    public void A_patch_of_an_older_minor_leaves_the_major_alone() => Assert.Equal(
        [
            "2.0 moves: nothing newer than 2.0.5 is published",
            "2 stays: 2.1.0 is published and newer than 2.0.5",
            "latest stays: 2.1.0 is published and newer than 2.0.5",
        ],
        Decide("2.0.5", ["2.0", "2", "latest"], ["2.0.4", "2.1.0"]));

    [Fact]
    public void A_prerelease_takes_none_of_them_even_when_nothing_else_is_published() => Assert.Equal(
        [
            "3.0.0-rc.1 moves: it does not stand for the newest of several versions",
            "3.0 stays: 3.0.0-rc.1 is a pre-release",
            "3 stays: 3.0.0-rc.1 is a pre-release",
            "latest stays: 3.0.0-rc.1 is a pre-release",
        ],
        Decide("3.0.0-rc.1", ["3.0.0-rc.1", "3.0", "3", "latest"], []));

    [Fact]
    public void A_published_prerelease_holds_nothing_back() =>
        Assert.Equal(["latest moves: nothing newer than 1.0.1 is published"], Decide("1.0.1", ["latest"], ["1.0.0", "2.0.0-rc.1", "2.0.0-beta"]));

    [Fact]
    public void Publishing_the_newest_version_again_keeps_its_tags() => Assert.Equal(
        ["2 moves: nothing newer than 2.0.0 is published", "latest moves: nothing newer than 2.0.0 is published"],
        Decide("2.0.0", ["2", "latest"], ["1.0.0", "2.0.0", "latest"]));

    [Fact]
    public void Versions_that_are_never_tagged_in_full_are_known_by_their_series()
    {
        Assert.Equal(["latest stays: 2.1.0 is published and newer than 1.2.9"], Decide("1.2.9", ["latest"], ["1.2", "2.1", "latest"]));
        Assert.Equal(["latest stays: 2.0.0 is published and newer than 1.2.9"], Decide("1.2.9", ["latest"], ["1", "2", "latest"]));
    }

    [Fact]
    public void A_date_or_a_build_number_among_version_tags_is_no_version() => Assert.Equal(
        ["latest moves: nothing newer than 1.2.4 is published"],
        Decide("1.2.4", ["latest"], ["1.2.3", "20260110", "4711", "999999999999999999", "sha-860c190", "main", "sha256-12.sig"]));

    [Fact]
    public void Numbers_are_compared_as_numbers() =>
        Assert.Equal(["latest stays: 1.10.0 is published and newer than 1.9.0"], Decide("1.9.0", ["latest"], ["v1.10.0"]));

    [Fact]
    public void Tags_that_do_not_stand_for_versions_always_move() => Assert.Equal(
        [
            "main moves: it does not stand for the newest of several versions",
            "sha-860c190 moves: it does not stand for the newest of several versions",
            "4711 moves: it does not stand for version 1.0.0, so it counts as a name",
        ],
        Decide("1.0.0", ["main", "sha-860c190", "4711"], ["2.0.0"]));

    [Fact]
    public void A_flavor_has_its_own_series() => Assert.Equal(
        [
            "v1.2-alpine moves: nothing newer than 1.2.9 is published",
            "v1-alpine stays: 1.3.0 is published and newer than 1.2.9",
            "latest-alpine stays: 1.3.0 is published and newer than 1.2.9",
        ],
        new FloatingTags { Version = ImageVersion.Parse("1.2.9"), Affixes = [new("", "-alpine")] }
            .Decide(["v1.2-alpine", "v1-alpine", "latest-alpine"], ["2.0.0", "v1.3.0-alpine", "latest"]).Select(move => move.ToString()));

    [Theory]
    [InlineData("latest", "2.0.0", "latest stays: the image has no version to compare with 2.0.0")]
    [InlineData("1.2", "1.2.4", "1.2 stays: the image has no version to compare with 1.2.4")]
    [InlineData("v1", "1.0", "v1 stays: the image has no version to compare with 1.0.0")]
    [InlineData("latest", "20240101123456.1.0", "latest stays: the image has no version to compare with 20240101123456.1.0")]
    [InlineData("latest", "main", "latest moves: no version is published that it stands for")]
    public void An_image_without_a_version_takes_no_tag_that_may_stand_for_a_newer_one(string tag, string published, string move) =>
        Assert.Equal([move], new FloatingTags().Decide([tag], [published]).Select(x => x.ToString()));

    [Theory]
    [InlineData("1.0.20240101123456", "2.0.0", "stays: 2.0.0 is published and newer than 1.0.20240101123456")]
    [InlineData("2.0.0", "20240101123456.1.0", "stays: 20240101123456.1.0 is published and newer than 2.0.0")]
    [InlineData("2.0.0", "2.0.2147483648", "stays: 2.0.2147483648 is published and newer than 2.0.0")]
    [InlineData("2.0.99999999999999999999", "2.0.99999999999999999998", "moves: nothing newer than 2.0.99999999999999999999 is published")]
    public void A_number_may_have_any_length(string version, string published, string move) =>
        Assert.Equal([$"latest {move}"], Decide(version, ["latest"], [published]));

    [Fact]
    public void A_build_of_a_branch_takes_the_tags_it_is_told_to_where_it_is_newer_than_the_last_release()
    {
        var branch = new FloatingTags { Version = ImageVersion.Parse("2.0.1-alpha.0.3"), IsCounted = true };

        Assert.Equal("latest moves: nothing newer than 2.0.1-alpha.0.3 is published", $"{branch.Decide(["latest"], ["1.9.0", "2.0.0"])[0]}");
        Assert.Equal("latest stays: 2.0.1 is published and newer than 2.0.1-alpha.0.3", $"{branch.Decide(["latest"], ["2.0.1"])[0]}");
        // A clone without history.
        var cutOff = branch with { Version = ImageVersion.Parse("0.0.0-alpha.0.3") };
        Assert.Equal("latest stays: 2.0.0 is published and newer than 0.0.0-alpha.0.3", $"{cutOff.Decide(["latest"], ["2.0.0"])[0]}");
    }

    [Theory]
    [InlineData("2", "2.1.0")]
    [InlineData("2.1", "2.1.0")]
    [InlineData("1.4", "1.0.0")]
    [InlineData("3", "1.0.0")]
    [InlineData("v2026", "1.0.0")]
    [InlineData("2026", "2026.1.0")]
    public void A_tag_of_versions_that_the_image_is_none_of_stays_even_if_tags_may_move_to_an_older_one(string tag, string published)
    {
        var move = Assert.Single(new FloatingTags { Version = ImageVersion.Parse("1.0.0"), Override = "--allow-older" }.Decide([tag], [published]));

        Assert.True(!move.Moves && move.IsForeign, move.ToString());
        Assert.StartsWith("it does not stand for version 1.0.0", move.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_person_overrides_is_said()
    {
        var floating = new FloatingTags { Version = ImageVersion.Parse("1.0.0"), Override = "--allow-older" };

        Assert.Equal("latest moves: --allow-older is given, though 2.0.0 is published and newer than 1.0.0", $"{floating.Decide(["latest"], ["2.0.0"])[0]}");
    }

    [Theory]
    [InlineData("type=match,pattern=v(\\d+\\.\\d+),group=1", "1.2 latest", "1.3 latest")]
    [InlineData("type=match,pattern=v(\\d+),group=1", "1 latest", "2 latest")]
    [InlineData("type=raw,value=latest;type=match,pattern=\\d+\\.\\d+", "1.2 latest", "1.2.10 1.2")]
    public void A_rule_that_gives_a_part_of_the_version_leaves_newer_ones_alone(string rules, string tags, string published)
    {
        var set = TagRules.ParseList(rules).Apply(new BuildFacts { Ref = "refs/tags/v1.2.9" });

        Assert.Equal(tags.Split(' '), set.All);
        Assert.False(set.Floating.Decide(set.All, published.Split(' ')).Single(move => move.Tag == "latest").Moves);
    }

    [Fact]
    public void A_branch_with_a_name_like_that_of_a_pre_release_names_no_version_in_full()
    {
        var floating = new FloatingTags { Version = ImageVersion.Parse("1.9.1-alpha.0.7"), IsCounted = true };

        Assert.Equal([false, false, true], floating.Decide(["main", "2.0.0-dev", "1.9.1"], []).Select(move => move.IsFull));
        Assert.Equal([true, true], new FloatingTags().Decide(["1.2.3-rc.1", "v1.2.3"], []).Select(move => move.IsFull));
    }

    [Theory]
    [InlineData("1.2.3", "1.2.3", "1.2", "1", "latest")]
    [InlineData("1.2.3-rc.1", "v1.2.3-rc.1", "main")]
    [InlineData("2.0.0", "1.9.9", "2.0.0")]
    [InlineData(null, "main", "sha-860c190", "latest", "1.2")]
    public void The_version_of_an_image_is_the_one_its_tags_name_in_full(string? version, params string[] tags) =>
        Assert.Equal(version, new FloatingTags().VersionOf(tags)?.ToString());

    [Fact]
    public void A_tag_that_stays_names_the_tag_of_the_newer_version() =>
        Assert.Equal(["v2.1.0", "2.2"], [Newer("v2.1.0", "2", "2.1"), Newer("2.1.0", "2.2", "latest")]);

    [Theory]
    [InlineData("V2.0.0", "latest stays: 2.0.0 is published and newer than 1.0.0")]
    [InlineData("V2", "latest stays: 2.0.0 is published and newer than 1.0.0")]
    public void A_large_V_before_a_version_is_one_too(string published, string move) =>
        Assert.Equal([move], new FloatingTags { Version = ImageVersion.Parse("1.0.0") }.Decide(["latest"], [published]).Select(x => x.ToString()));

    [Theory]
    [InlineData("1.2.3", true)]
    [InlineData("app-1.2.3", true)]
    [InlineData("app-v1.2.3", true)]
    [InlineData("1_2_3", true)]
    [InlineData("1.2.3-alpine", true)]
    [InlineData("1.2.3-rc.1", true)]
    [InlineData("1.2.30", false)]
    [InlineData("11.2.3", false)]
    [InlineData("1.2", false)]
    [InlineData("main", false)]
    [InlineData("20260110-1.2.3", false)]
    [InlineData("fix-1.2.3", false)]
    public void A_version_stands_in_a_tag_as_a_word_of_its_own_and_not_in_a_date_or_a_branch(string tag, bool has) =>
        Assert.Equal(has, new FloatingTags { Names = ["20260110-1.2.3"], Branches = ["fix-1.2.3"] }.Has(tag, ImageVersion.Parse("1.2.3")));

    [Theory]
    [InlineData("release-1.2.3", "release-1.2.3", true)]
    [InlineData("1.2.3.4", "app-1.2.3.4", true)]
    [InlineData("v1.2", "v1.2", false)]
    [InlineData("stable", "stable", false)]
    public void The_tag_of_git_is_a_full_version_if_it_has_three_numbers(string git, string tag, bool isFull) =>
        Assert.Equal(isFull, new FloatingTags { Version = ImageVersion.Parse("0.0.0-alpha.0.7"), IsCounted = true, GitTag = git }.Decide([tag], [])[0].IsFull);

    private static string? Newer(params string[] published) => new FloatingTags { Version = ImageVersion.Parse("1.0.0") }.Decide(["latest"], published)[0].Newer;

    [Theory]
    // Only the series, and latest: no tag names the version in full.
    [InlineData("type=semver,pattern={{major}}.{{minor}}", "1.2 latest", "2.0 latest", "latest")]
    [InlineData("type=semver,pattern={{version}},prefix=app-;type=semver,pattern={{major}},prefix=app-", "app-1.2.9 app-1 latest", "app-2.0.0 app-2 latest", "latest")]
    [InlineData("type=semver,pattern={{version}}-alpine;type=semver,pattern={{major}}-alpine", "1.2.9-alpine 1-alpine latest", "2.0.0-alpine 2-alpine latest", "latest")]
    [InlineData("type=semver,pattern=release-v{{version}}", "release-v1.2.9 latest", "release-v2.0.0 latest", "latest")]
    [InlineData("type=match,pattern=v(.*),group=1,suffix=-app", "1.2.9-app latest", "2.0.0-app latest", "latest")]
    [InlineData("type=ref,event=tag,prefix=app-", "app-v1.2.9 latest", "app-v2.0.0 latest", "latest")]
    // Tags of something else in the same repository hold nothing back, nor do those of something that is in the image.
    [InlineData("type=semver,pattern={{version}},prefix=app-", "app-1.2.9 latest", "2.0.0", "")]
    [InlineData("type=semver,pattern={{version}};type=semver,pattern=node{{major}}.{{minor}},value=v20.1.0", "1.2.9 node20.1 latest", "node20.1 node21.1", "")]
    public void Whatever_its_rules_put_around_the_version_a_backport_leaves_the_newer_ones_alone(string rules, string tags, string published, string stay)
    {
        var set = TagRules.ParseList(rules).Apply(new BuildFacts { Ref = "refs/tags/v1.2.9" });

        Assert.Equal(tags.Split(' '), set.All);
        Assert.Equal("1.2.9", set.Floating.Version?.ToString());
        Assert.Equal(
            stay.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            set.Floating.Decide(set.All, published.Split(' ')).Where(move => !move.Moves).Select(move => move.Tag));
    }

    [Fact]
    public void Build_metadata_makes_no_prerelease()
    {
        var set = TagRules.Parse("type=semver,pattern={{raw}}").Apply(new BuildFacts { Ref = "refs/tags/v1.2.3+fork" });

        Assert.Equal(["v1.2.3-fork", "latest"], set.All);
        Assert.All(set.Floating.Decide(set.All, ["1.2.2"]), move => Assert.True(move.Moves, move.ToString()));
    }

    [Fact]
    public void What_version_tags_look_like_is_known_on_a_branch_too()
    {
        var floating = TagRules.Parse("type=semver,pattern={{version}},prefix=app-").Apply(new BuildFacts { Ref = "refs/heads/main" }).Floating;

        Assert.Null(floating.Version);
        Assert.Equal("1.2.9", floating.VersionOf(["app-1.2.9", "3.0.0"])?.ToString());
    }

    [Fact]
    public void Whatever_is_published_in_whatever_order_every_tag_stands_for_the_newest_release_of_its_series() =>
        Version.List[1, 12].Sample(versions =>
        {
            var registry = new Dictionary<string, ImageVersion>();
            foreach (var version in versions)
            {
                string[] wanted = [version.ToString(), $"{version.Major}.{version.Minor}", $"{version.Major}", "latest"];
                foreach (var move in new FloatingTags { Version = version }.Decide(wanted, registry.Keys).Where(move => move.Moves)) registry[move.Tag] = version;
            }

            var releases = versions.Where(version => !version.IsPrerelease).ToList();
            var newest = releases.GroupBy(version => $"{version.Major}.{version.Minor}")
                .Concat(releases.GroupBy(version => $"{version.Major}"))
                .Concat(releases.GroupBy(_ => "latest"))
                .ToDictionary(series => series.Key, series => series.Max()!);
            return newest.All(series => registry[series.Key] == series.Value)
                && registry.Where(tag => !tag.Key.Contains('-', StringComparison.Ordinal) && tag.Key.Split('.').Length < 3).All(tag => newest[tag.Key] == tag.Value);
        });

    private static IEnumerable<string> Decide(string version, string[] wanted, string[] published) =>
        new FloatingTags { Version = ImageVersion.Parse(version) }.Decide(wanted, published).Select(move => move.ToString());
}
