using System.Text;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Oci.Tests.Manifests;

public sealed class ManifestTests : IDisposable
{
    private const string Digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private const string Layer = $$"""{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "{{Digest}}", "size": 1 }""";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    private const string Image = "application/vnd.oci.image.manifest.v1+json";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [null] }""")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{ "mediaType": null, "digest": "{{Digest}}", "size": 1 }] }""")]
    [InlineData("""{ "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{ "mediaType": "x", "digest": null, "size": 1 }] }""")]
    [InlineData("""{ "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [], "annotations": { "a": null } }""")]
    [InlineData($$"""{ "config": {{Layer}}, "layers": [null] }""")]
    [InlineData($$"""{ "config": {{Layer}}, "layers": [], "annotations": { "a": null } }""")]
    [InlineData($$"""{ "config": null, "layers": [{{Layer}}] }""")]
    [InlineData("null")]
    [InlineData("[]")]
    public void Null_where_the_specification_has_a_value_is_no_manifest(string content)
    {
        var error = Assert.Throws<DeliveryException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(content), null, "the manifest"));

        Assert.StartsWith("the manifest is not a", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "layers": [{{Layer}}] }""", Index)]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "config": {{Layer}} }""", Index)]
    [InlineData($$"""{ "mediaType": "{{Image}}", "manifests": [{{Layer}}], "config": {{Layer}}, "layers": [] }""", Image)]
    [InlineData($$"""{ "manifests": [{{Layer}}], "config": {{Layer}}, "layers": [{{Layer}}] }""", null)]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [], "config": {{Layer}}, "layers": [] }""", Index)]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "layers": [] }""", Index)]
    [InlineData($$"""{ "mediaType": "{{Image}}", "manifests": [], "config": {{Layer}}, "layers": [] }""", Image)]
    [InlineData($$"""{ "mediaType": "{{Image}}", "Manifests": [{{Layer}}], "config": {{Layer}}, "layers": [] }""", Image)]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "CONFIG": {{Layer}} }""", Index)]
    [InlineData($$"""{ "manifests": [{{Layer}}], "manifests": null, "config": {{Layer}}, "layers": [] }""", null)]
    public void What_is_an_index_and_an_image_at_once_is_neither(string content, string? type) => Assert.Equal(
        "the manifest is an index and an image manifest at once: it has 'manifests', and 'config' or 'layers'. Build and push it again.",
        Assert.Throws<DeliveryException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(content), type, "the manifest")).Message);

    [Theory]
    [InlineData($$"""{ "mediaType": "{{Image}}", "config": {{Layer}}, "layers": [{{Layer}}], "Layers": [] }""", "Layers")]
    [InlineData($$"""{ "mediaType": "{{Image}}", "config": {{Layer}}, "Layers": [{{Layer}}] }""", "Layers")]
    [InlineData($$"""{ "mediaType": "{{Image}}", "config": {{Layer}}, "layers": [{{Layer}}], "layers": [] }""", "layers")]
    [InlineData($$"""{ "mediaType": "{{Image}}", "Config": {{Layer}}, "config": {{Layer}}, "layers": [] }""", "Config")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "Manifests": [] }""", "Manifests")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "manifest\u017F": [] }""", "manifest\u017F")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "MediaType": "{{Image}}", "manifests": [{{Layer}}] }""", "MediaType")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{ "mediaType": "x", "size": 1, "digest": "{{Digest}}", "Digest": "{{Digest}}" }] }""", "Digest")]
    [InlineData($$"""{ "mediaType": "{{Index}}", "manifests": [{{Layer}}], "\u017Fubject": {{Layer}} }""", "\u017Fubject")]
    public void A_name_in_two_spellings_is_refused(string content, string name) => Assert.Equal(
        $"the manifest has the name '{name}', and twice or not as the specification writes it: programs read different things in that. Build and push it again.",
        Assert.Throws<DeliveryException>(() => Manifest.Parse(Encoding.UTF8.GetBytes(content), null, "the manifest")).Message);

    [Fact]
    public void Annotations_have_the_names_that_their_authors_gave_them() => Assert.Equal(
        ["a", "A", "Digest"],
        Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "mediaType": "{{Index}}", "manifests": [], "annotations": { "a": "1", "A": "2", "Digest": "3" } }"""), null, "it").Annotations.Keys);

    [Theory]
    [InlineData(Index, Image, true)]
    [InlineData(Index, "application/vnd.docker.distribution.manifest.list.v2+json", true)]
    [InlineData(Index, Index, false)]
    [InlineData(Index, "application/json", false)]
    [InlineData(Index, null, false)]
    public void What_says_it_is_of_one_type_is_not_read_as_another(string own, string? found, bool isRefused)
    {
        Manifest Parse() => Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "mediaType": "{{own}}", "manifests": [{{Layer}}] }"""), found, "it");

        if (!isRefused) Assert.True(Parse().IsIndex);
        else Assert.Contains($"'{own}', and it was found as '{found}'", Assert.Throws<DeliveryException>(Parse).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_some_writers_leave_null_is_empty()
    {
        Assert.Empty(Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "mediaType": "{{Index}}", "manifests": null }"""), null, "the index").Manifests);
        Assert.Single(Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "config": {{Layer}}, "layers": null }"""), null, "the manifest").Blobs);
    }

    [Fact]
    public async Task A_layouts_list_with_null_in_it_is_named()
    {
        await LayoutBuilder.WriteOneAsync(_folder.Path, "content");
        await File.WriteAllTextAsync(_folder.Combine("index.json"), """{ "manifests": [null] }""", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.OpenAsync(_folder.Path, TestContext.Current.CancellationToken));

        Assert.StartsWith(_folder.Combine("index.json"), error.Message, StringComparison.Ordinal);
    }
}
