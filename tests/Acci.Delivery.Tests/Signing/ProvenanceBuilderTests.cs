using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Signing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>The builder's version in a provenance.</summary>
public sealed class ProvenanceBuilderTests
{
    [Theory]
    [InlineData("""{"runDetails":{"builder":{"id":"x"},"metadata":{}}}""", "v0.25.1", """{"runDetails":{"builder":{"id":"x","version":{"buildkit":"v0.25.1"}},"metadata":{}}}""")]
    [InlineData("""{"runDetails":{"builder":{"id":"x"}}}""", null, """{"runDetails":{"builder":{"id":"x"}}}""")]
    // What names one already, or is no provenance of this form, stays as it is.
    [InlineData("""{"runDetails":{"builder":{"version":{"a":"1"}}}}""", "v0.25.1", """{"runDetails":{"builder":{"version":{"a":"1"}}}}""")]
    [InlineData("""{"builder":{"id":"x"}}""", "v0.25.1", """{"builder":{"id":"x"}}""")]
    [InlineData("""{"runDetails":{"builder":"x"}}""", "v0.25.1", """{"runDetails":{"builder":"x"}}""")]
    [InlineData("""{"runDetails":"x"}""", "v0.25.1", """{"runDetails":"x"}""")]
    [InlineData("[]", "v0.25.1", "[]")]
    public void It_is_added_where_there_is_none(string predicate, string? version, string expected)
    {
        using var document = JsonDocument.Parse(predicate);

        var changed = ProvenanceBuilder.WithBuildKit(document.RootElement, version);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(changed.GetRawText())), changed.GetRawText());
    }
}
