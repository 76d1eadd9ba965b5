using Acci.Delivery.Signing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>As Go's <c>url.Parse(text).String()</c> writes it, of the plain text and of what html/template makes of that.</summary>
public sealed class IdentitySpellingTests
{
    [Theory]
    [InlineData("publish.yml@refs/heads/main", "publish.yml@refs/heads/main")]
    [InlineData("publish images.yml@refs/tags/v1", "publish%20images.yml@refs/tags/v1")]
    [InlineData("publish.yml@refs/heads/größe", "publish.yml@refs/heads/gr%C3%B6%C3%9Fe")]
    [InlineData("publish.yml@refs/heads/%6dain", "publish.yml@refs/heads/%6dain")]
    [InlineData("publish.yml@refs/heads/größ%65", "publish.yml@refs/heads/gr%C3%B6%C3%9Fe")]
    [InlineData("publish.yml@refs/heads/fix-(a)!", "publish.yml@refs/heads/fix-(a)!")]
    [InlineData("publish.yml@refs/heads/fix-ü(a)!", "publish.yml@refs/heads/fix-%C3%BC%28a%29%21")]
    [InlineData("publish.yml@refs/heads/a#(ü)", "publish.yml@refs/heads/a#(%C3%BC)")]
    [InlineData("publish.yml@refs/tags/v1.2.3+4", "publish.yml@refs/tags/v1.2.3+4", "publish.yml@refs/tags/v1.2.3&#43;4")]
    [InlineData("build & publish.yml@refs/heads/it's", "build%20&%20publish.yml@refs/heads/it%27s", "build%20&amp;%20publish.yml@refs/heads/it&#39;s")]
    public void An_identity_is_spelled_as_an_address(string identity, params string[] spellings)
    {
        const string folder = "https://github.com/octo/app/.github/workflows/";

        Assert.Equal(spellings.Select(x => folder + x), IdentitySpelling.Of(folder + identity));
    }

    [Theory]
    [InlineData("publish.yml", "publish.yml")]
    [InlineData("publish (x).yml", "publish%20%28x%29.yml")]
    [InlineData("publish(x).yml", "publish(x).yml", "publish%28x%29.yml")]
    public void A_part_is_spelled_as_beside_anything(string part, params string[] spellings) =>
        Assert.Equal(spellings, IdentitySpelling.OfPart(part));
}
