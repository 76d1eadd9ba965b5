using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class FlavorTests
{
    private static readonly BuildFacts Release = new() { Ref = "refs/tags/v1.2.3", Sha = "860c1904a1ce19322e91ac35af1ab07466440c37" };

    [Fact]
    public void A_flavor_is_read_from_entries_and_from_blocks()
    {
        var flavor = new Flavor { Latest = LatestTag.Never, Prefix = "v", Suffix = "-alpine", SuffixesLatest = true };
        Assert.Equal(flavor, Flavor.Parse("latest=false", "prefix=v", "suffix=-alpine,onlatest=true"));
        Assert.Equal(flavor, Flavor.Parse("latest=false\nprefix=v,onlatest=false\n\nsuffix=-alpine,onlatest=true\n"));
    }

    [Theory]
    [InlineData("latest=auto", "v1.2.3 latest")]
    [InlineData("latest=false", "v1.2.3")]
    [InlineData("prefix=a-,suffix=-b", "a-v1.2.3-b latest")]
    [InlineData("prefix=a-,onlatest=true", "a-v1.2.3 a-latest")]
    [InlineData("suffix=-{{sha}},onlatest=true", "v1.2.3-860c190 latest-860c190")]
    [InlineData("onlatest=true", "v1.2.3 latest")]
    [InlineData("onlatest=true,suffix=-b", "v1.2.3-b latest")]
    public void A_flavor_changes_every_tag(string flavor, string tags) =>
        Assert.Equal(tags, string.Join(' ', new TagRules { Rules = [TagRule.Tag()], Flavor = Flavor.Parse(flavor) }.Apply(Release).All));

    [Fact]
    public void A_prefix_of_the_rule_takes_the_place_of_the_flavors_even_when_it_is_empty() =>
        Assert.Equal(["v1.2.3-b"], new TagRules { Rules = [TagRule.Tag() with { Prefix = "" }], Flavor = Flavor.Parse("prefix=a-,suffix=-b,latest=false") }.Apply(Release).All);

    [Fact]
    public void A_flavor_has_its_own_floating_tags()
    {
        var tags = new TagRules { Rules = [TagRule.SemVer("{{major}}.{{minor}}")], Flavor = Flavor.Parse("suffix=-alpine,onlatest=true") }.Apply(Release);
        Assert.Equal(
            ["1.2-alpine moves: nothing newer than 1.2.3 is published", "latest-alpine stays: 1.3.0 is published and newer than 1.2.3"],
            tags.Floating.Decide(tags.All, ["1.3-alpine", "2.0.0"]).Select(move => move.ToString()));
    }

    [Fact]
    public void A_flavor_stands_in_a_single_parameter() =>
        Assert.Equal(new Flavor { Latest = LatestTag.Never, Prefix = "a;b", Suffix = "-c" }, Flavor.ParseList("latest=false; \"prefix=a;b\"; suffix=-c"));

    [Theory]
    [InlineData("latest=maybe", "In the flavor 'latest=maybe', latest is 'maybe' and must be auto, true or false.")]
    [InlineData("suffix=-x,onlatest=1", "In the flavor 'suffix=-x,onlatest=1', onlatest is '1' and must be true or false.")]
    [InlineData("colour=red", "In the flavor 'colour=red', 'colour' is no attribute; there are latest, prefix, suffix and onlatest.")]
    public void A_flavor_that_breaks_the_syntax_is_an_error_that_says_how(string flavor, string message) =>
        Assert.Equal(message, Assert.Throws<DeliveryException>(() => Flavor.Parse(flavor)).Message);
}
