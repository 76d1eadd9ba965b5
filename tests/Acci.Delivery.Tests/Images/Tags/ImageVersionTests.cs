using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class ImageVersionTests
{
    // The first eight: Semantic Versioning 2.0.0, section 11.
    private static readonly string[] Ascending =
    [
        "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
        "1.0.1-RC.1", "1.0.1-alpha.0.3", "1.0.1-rc.1", "1.0.1-rc.20240101123456", "1.0.1-rc.99999999999999999999999", "1.0.1",
        "1.0.2147483647", "1.0.2147483648", "1.0.20240101123456", "1.0.9007199254740992", "1.0.99999999999999999999999",
        "1.1.0", "1.10.0", "2.0.0", "20240101123456.1.0",
    ];

    [Fact]
    public void Versions_have_the_order_of_semantic_versioning_however_long_their_numbers_are()
    {
        foreach (var (x, one) in Ascending.Index())
        {
            foreach (var (y, other) in Ascending.Index())
                Assert.Equal(x.CompareTo(y), Math.Sign(ImageVersion.Parse(one).CompareTo(ImageVersion.Parse(other))));
        }
    }

    [Fact]
    public void Build_metadata_and_a_v_before_it_make_no_other_version()
    {
        var (one, other) = (ImageVersion.Parse("v1.2.3+fork.1"), ImageVersion.Parse("1.2.3"));

        Assert.True(one == other && one.GetHashCode() == other.GetHashCode() && one <= other && one >= other && !(one < other));
        Assert.Equal(("1.2.3", "fork.1", "v1.2.3+fork.1"), (one.ToString(), one.Build, one.Raw));
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-01")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3+")]
    [InlineData("V1.2.3")]
    [InlineData("1.2.3\n4")]
    [InlineData("")]
    [InlineData(null)]
    public void What_the_grammar_does_not_have_is_no_version(string? text) => Assert.Null(ImageVersion.TryParse(text));

    [Theory]
    [InlineData("1.2.4-alpha.0.7", true)]
    [InlineData("0.0.0-alpha.0", true)]
    [InlineData("0.9.0-alpha.1", false)]
    [InlineData("1.2.4-alpha.0.x", false)]
    [InlineData("1.2.4", false)]
    public void A_version_that_was_counted_is_known_by_its_form(string text, bool isCounted) =>
        Assert.Equal(isCounted, ImageVersion.Parse(text).IsCounted);
}
