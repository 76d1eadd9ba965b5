using System.Text;
using System.Text.Json;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

/// <summary>What the parser takes, and no string can be made of.</summary>
public class JsonElementExtensionsTests
{
    [Theory]
    [InlineData("""{"vcs":{"source":"a"}}""", "a")]
    [InlineData("""{"vcs":{"source":5}}""", "5")]
    [InlineData("""{"vcs":{"source":"\ud800"}}""", "")]
    [InlineData("""{"vcs":{"source":"a\udc00b"}}""", "")]
    [InlineData("""{"vcs":{"source":"a","source\ud800":"b"}}""", "a")]
    [InlineData("""{"vcs":{"source":"a"},"\ud800":{}}""", "")]
    [InlineData("{\"vcs\":{\"source\":\"\u00ff\"}}", "")]
    public void A_text_that_is_no_Unicode_counts_as_missing(string json, string expected)
    {
        using var document = JsonDocument.Parse(Encoding.Latin1.GetBytes(json));

        Assert.Equal(expected, document.RootElement.ForeignText("vcs", "source"));
    }
}
