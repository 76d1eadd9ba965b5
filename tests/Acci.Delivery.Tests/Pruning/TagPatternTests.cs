using Acci.Delivery.Pruning;

namespace Acci.Delivery.Tests.Pruning;

public sealed class TagPatternTests
{
    [Theory]
    [InlineData("latest", "latest", true)]
    [InlineData("latest", "latest-alpine", false)]
    [InlineData("v1.*", "v1.2", true)]
    [InlineData("v1.*", "v102", false)]
    [InlineData("pr-?", "pr-7", true)]
    [InlineData("pr-?", "pr-17", false)]
    [InlineData(@"/^v\d+$/", "v12", true)]
    [InlineData("/rc/", "1.2.3-rc.1", true)]
    public void A_pattern_is_a_whole_name_with_wildcards_or_an_expression_between_slashes(string pattern, string tag, bool matches) =>
        Assert.Equal(matches, TagPattern.Parse(pattern).Matches(tag));

    [Theory]
    [InlineData("latest", true)]
    [InlineData("1", true)]
    [InlineData("v1.2", true)]
    [InlineData("1.2.3", true)]
    [InlineData("1.2.3-rc.1", false)]
    [InlineData("sha-1234567", false)]
    [InlineData("main", false)]
    public void Unless_told_otherwise_releases_stay(string tag, bool stays) => Assert.Equal(stays, KeepRules.DefaultTags.Any(x => x.Matches(tag)));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/(/", "not a regular expression")]
    [InlineData("sha256:12", "64 hexadecimal digits")]
    public void What_is_no_pattern_is_said(string pattern, string problem) =>
        Assert.Contains(problem, Assert.ThrowsAny<DeliveryException>(() => new KeepRules().WithTags([pattern])).Message, StringComparison.Ordinal);

    [Fact]
    public void Rules_that_would_delete_what_is_being_published_are_refused()
    {
        Assert.Contains("--prune-keep-days", Assert.Throws<DeliveryException>(() => new KeepRules { Days = 0 }).Message, StringComparison.Ordinal);
        Assert.Contains("--prune-keep-versions", Assert.Throws<DeliveryException>(() => new KeepRules { Newest = 0 }).Message, StringComparison.Ordinal);
    }
}
