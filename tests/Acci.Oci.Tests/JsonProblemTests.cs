using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Oci.Manifests;

namespace Acci.Oci.Tests;

public sealed class JsonProblemTests
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    };

    [Theory]
    [InlineData("", "line 1 is not valid JSON")]
    [InlineData("{\n  \"sizes\": [1,]\n}", "line 2 is not valid JSON")]
    [InlineData("[]", "its content is not valid")]
    [InlineData("""{ "sizes": null }""", "'sizes' is not valid")]
    [InlineData("""{ "sizes": [1, "two"] }""", "'sizes[1]' is not valid")]
    [InlineData("""{ "size": 1 }""", "'size' is not valid")]
    [InlineData("""{ "digest": "sha256:12" }""", "'sha256:12' is not a digest: ")]
    public void The_place_is_named_and_no_type_of_this_program(string json, string expected) =>
        Assert.StartsWith(expected, JsonProblem.TextOf(Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Box>(json, Strict))), StringComparison.Ordinal);

    [Fact]
    public void A_text_that_is_read_without_types_is_named_by_its_line() =>
        Assert.Equal("line 2 is not valid JSON", JsonProblem.TextOf(Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse("{\n1"))));

    private sealed record Box
    {
        public int[] Sizes { get; init; } = [];

        [JsonConverter(typeof(DigestConverter))]
        public Digest Digest { get; init; }
    }
}
