using System.Text;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Tests;

/// <summary>
/// The index of an image that was built in parts. The texts are those that one BuildKit (of dockerd 28.5.2) wrote for one Dockerfile: for both
/// platforms in one build, and for each in a build of its own. The attestations carry the time of their build and differ.
/// </summary>
public sealed class MergedIndexTests
{
    private const string Amd64 = "167d71161a3ad15febf5588beb259f05538bd0f3d7ea8a07164caf2661700746";
    private const string Arm64 = "8f3cad90463fd0932ce50777400f4fc5eb4724d883cd1dbcc1466ac09ecee341";

    // The attestations: of the build of both, and of each one's own.
    private const string WithArm64 = "f2e5bd06bdc3432c826fb58f97d4fa0b4c68346b62a3729a88cb8d11ec3a75e9";
    private const string WithAmd64 = "cff4736f333f30dbfbada4c1f653ec9839b4e84d969a7f418514422d6af91015";
    private const string Amd64Alone = "df3811832c48ad3ab201d648bb64ab4689734b095c378bba2d1f9a12e0b792ee";
    private const string Arm64Alone = "90715f0a79ca8de3969ee622182bf940074010fef0091f2c587d1f1df5d87a31";

    // As buildx was given it: what Go escapes, and what only other writers do.
    private const string Said =
        "\U0001F680 Fast <b> & \"quoted\" \\ back\u00a0nbsp \u007f del \u2028 ls "
        + "\u3000 wide \t tab \u001b esc \ue000 private \u00fc + 'c' / end";
    private const string Written =
        "\U0001F680 Fast \\u003cb\\u003e \\u0026 \\\"quoted\\\" \\\\ back\u00a0nbsp \u007f del \\u2028 ls "
        + "\u3000 wide \\t tab \\u001b esc \ue000 private \u00fc + 'c' / end";

    private static readonly string Whole = IndexOf(
        ImageOf(Amd64, "amd64"), ImageOf(Arm64, "arm64"), AttestationOf(WithArm64, Amd64), AttestationOf(WithAmd64, Arm64));

    private static readonly string OnAmd64 = IndexOf(ImageOf(Amd64, "amd64"), AttestationOf(Amd64Alone, Amd64));
    private static readonly string OnArm64 = IndexOf(ImageOf(Arm64, "arm64"), AttestationOf(Arm64Alone, Arm64));

    [Fact]
    public void The_texts_are_BuildKit_s()
    {
        Assert.Equal("sha256:020c170fec81b15fef3429506b42fddd5fb7befdbbb4cb8ac6587ba00e1f17a7", Digest.Of(Encoding.UTF8.GetBytes(Whole)).ToString());
        Assert.Equal("sha256:b030d98687b4d5023865f2ff6c98838703a8bb068acdaa642ee9aeef9bb8c06f",
            Digest.Of(Encoding.UTF8.GetBytes(OnAmd64)).ToString());
        Assert.Equal("sha256:24a9bd2c887ebb8379a391d979b870aab00ea5756677078985affec4120eae3b",
            Digest.Of(Encoding.UTF8.GetBytes(OnArm64)).ToString());
    }

    [Fact]
    public void Parts_together_have_the_text_of_one_build()
    {
        var whole = IndexOf(
            ImageOf(Amd64, "amd64"), ImageOf(Arm64, "arm64"), AttestationOf(Amd64Alone, Amd64), AttestationOf(Arm64Alone, Arm64));

        Assert.Equal(whole, Merge([OnAmd64, OnArm64]));
        // Whichever is the first.
        Assert.Equal(whole, Merge([OnArm64, OnAmd64]));
        Assert.Equal(Whole, Merge([Whole]));
    }

    [Fact]
    public void Annotations_that_a_part_lacks_or_says_otherwise_are_written_as_BuildKit_writes_them()
    {
        var said = Read(Whole).Annotations;

        Assert.Equal(Said, said["org.opencontainers.image.description"]);
        Assert.Equal(Whole, Merge([Whole.Replace(Written, "other", StringComparison.Ordinal)], said));
        Assert.Equal(Whole, Merge([Whole.Replace("    \"org.acci.buildkit\": \"v0.25.1\",\n", "", StringComparison.Ordinal)], said));
        Assert.Equal(Whole, Merge([Whole.Replace("\"org.opencontainers.image.title\"", "\"a\"", StringComparison.Ordinal)], said));
        Assert.Equal(Whole, Merge([Whole[..Whole.IndexOf(",\n  \"annotations\"", StringComparison.Ordinal)] + "\n}"], said));
    }

    [Fact]
    public void An_annotation_that_is_no_longer_to_be_said_is_left_out()
    {
        var said = Read(Whole).Annotations.Where(x => x.Key != "org.acci.buildkit").ToDictionary();

        Assert.Equal(Whole.Replace("    \"org.acci.buildkit\": \"v0.25.1\",\n", "", StringComparison.Ordinal), Merge([Whole], said));
        Assert.Equal(Whole[..Whole.IndexOf(",\n  \"annotations\"", StringComparison.Ordinal)] + "\n}",
            Merge([Whole], new Dictionary<string, string>()));
    }

    // As this build itself writes an index, when it adds bills of materials: other than Go, it escapes '+'.
    [Theory]
    [InlineData(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1\u002Bjson","manifests":[]"""
        + ""","x-new":{"a": 1.0},"annotations":{"b":"\u00fc","a":"<"}}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""")]
    public void A_text_on_one_line_stays_as_it_is(string index) => Assert.Equal(index, Merge([index]));

    // One machine had BuildKit's SBOM generator, the other wrote its SBOM itself.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parts_of_two_forms_lose_nothing(bool isFirstOnOneLine)
    {
        string[] parts = [OnAmd64, OnArm64];
        var place = isFirstOnOneLine ? 0 : 1;
        parts[place] = System.Text.Json.Nodes.JsonNode.Parse(parts[place])!.ToJsonString();

        var merged = Read(Merge(parts));

        Assert.Equal(Read(Merge([OnAmd64, OnArm64])).Manifests.Select(x => (x.Digest, x.Platform)),
            merged.Manifests.Select(x => (x.Digest, x.Platform)));
        Assert.Equal(Read(parts[0]).Annotations, merged.Annotations);
    }

    [Fact]
    public void An_index_without_its_type_gets_it() => Assert.Equal(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", Merge(["""{"schemaVersion":2,"manifests":[]}"""]));

    private static string Merge(string[] parts, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var indexes = parts.Select(Read).ToList();
        var platforms = indexes.SelectMany(x => PlatformImage.Of(x.Manifests)).OrderBy(x => x.Platform.ToString(), StringComparer.Ordinal).ToList();
        return Encoding.UTF8.GetString(
            MergedIndex.Write(indexes, [.. platforms.Select(x => x.Manifest), .. platforms.SelectMany(x => x.Attestations)], annotations));
    }

    private static Manifest Read(string text) => Manifest.Parse(Encoding.UTF8.GetBytes(text), MediaTypes.ImageIndex, "the index");

    private static string IndexOf(params string[] manifests) => $$"""
        {
          "schemaVersion": 2,
          "mediaType": "application/vnd.oci.image.index.v1+json",
          "manifests": [
        {{string.Join(",\n", manifests)}}
          ],
          "annotations": {
            "org.acci.buildkit": "v0.25.1",
            "org.opencontainers.image.description": "{{Written}}",
            "org.opencontainers.image.title": "app",
            "org.opencontainers.image.version": "1.2.3"
          }
        }
        """;

    private static string ImageOf(string digest, string architecture) => $$"""
            {
              "mediaType": "application/vnd.oci.image.manifest.v1+json",
              "digest": "sha256:{{digest}}",
              "size": 842,
              "platform": {
                "architecture": "{{architecture}}",
                "os": "linux"
              }
            }
        """;

    private static string AttestationOf(string digest, string image) => $$"""
            {
              "mediaType": "application/vnd.oci.image.manifest.v1+json",
              "digest": "sha256:{{digest}}",
              "size": 564,
              "annotations": {
                "vnd.docker.reference.digest": "sha256:{{image}}",
                "vnd.docker.reference.type": "attestation-manifest"
              },
              "platform": {
                "architecture": "unknown",
                "os": "unknown"
              }
            }
        """;
}
