using System.Text;
using System.Text.Json.Nodes;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>Layouts that others write: with more in them than an image, and with images where we put none.</summary>
public sealed class LayoutContentTests : IDisposable
{
    private static readonly JsonObject Linux = new() { ["os"] = "linux", ["architecture"] = "arm64" };

    private readonly TemporaryFolder _folder = new();
    private readonly RawLayout _raw;

    public LayoutContentTests() => _raw = new RawLayout(_folder.Combine("layout"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // image-layout.md: what has an unknown type must not be an error.
    [Theory]
    [InlineData("""{"mediaType":"application/xml","digest":"sha256:b3d63d132d21c3ff4c35a061adf23cf43da8ae054247e32faa95494d904a007e","size":7143}""")]
    [InlineData("""{"mediaType":"application/vnd.oci.descriptor.v1+json","digest":"sha512:12","size":1}""", "'sha512:12' is not a digest")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/spdx+json","digest":"sha256:b3d63d132d21c3ff4c35a061adf23cf43da8ae054247e32faa95494d904a007e","size":1}""")]
    public async Task What_stands_beside_an_image_is_passed_over(string entry, string? problem = null)
    {
        var folder = _raw.Write(_raw.AddImage("linux", "amd64"), JsonNode.Parse(entry)!.AsObject());

        if (problem is not null) Assert.Contains(problem, (await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.OpenAsync(folder, Cancellation))).Message, StringComparison.Ordinal);
        else Assert.Equal([Platform.LinuxAmd64], (await (await OciLayout.OpenAsync(folder, Cancellation)).ReadPlatformsAsync(Cancellation)).Select(x => x.Platform));
    }

    [Fact]
    public async Task Indexes_in_an_index_and_images_without_a_platform_are_read()
    {
        var nested = _raw.AddIndex([RawLayout.With(_raw.AddImage("linux", "a"), "platform", Linux.DeepClone())]);
        var artifact = _raw.AddImage(_raw.Add("application/vnd.example", "no JSON"));
        var layout = await OciLayout.OpenAsync(_raw.Write(_raw.AddIndex([nested, artifact, _raw.AddImage("linux", "ppc64le"), nested])), Cancellation);

        var platforms = await layout.ReadPlatformsAsync(Cancellation);

        Assert.Equal([Platform.LinuxArm64, Platform.LinuxPpc64le], platforms.Select(x => x.Platform));
        var view = await layout.WriteViewAsync(platforms[1], _folder.Combine("view"), Cancellation);
        Assert.Equal([Platform.LinuxPpc64le], (await view.ReadPlatformsAsync(Cancellation)).Select(x => x.Platform));
        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), [layout], [Platform.LinuxPpc64le, Platform.LinuxArm64], Cancellation);
        Assert.Null(PlatformImage.ProblemOf((await merged.ReadManifestAsync(merged.Root, Cancellation)).Manifests));
        // They are read, and not published.
        Assert.NotNull(PlatformImage.ProblemOf((await layout.ReadManifestAsync(layout.Root, Cancellation)).Manifests));
    }

    [Fact]
    public async Task A_layout_of_indexes_in_indexes_is_built_again_and_asks_no_registry_s_operator()
    {
        var index = _raw.AddIndex([_raw.AddImage("linux", "amd64")]);
        for (var depth = 0; depth < 17; depth++) index = _raw.AddIndex([index]);
        var layout = await OciLayout.OpenAsync(_raw.Write(index), Cancellation);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => layout.ReadContentAsync(Cancellation));

        Assert.Equal($"The image {layout.Root.Digest} in {layout.Folder} is nested more than 16 levels deep, more than is read. Build the image again.", error.Message);
    }

    [Fact]
    public async Task An_index_that_names_no_image_is_an_error_and_not_an_image_without_platforms()
    {
        var artifact = _raw.AddImage(_raw.Add("application/vnd.example", "{}"));
        var unknown = RawLayout.With(_raw.AddImage("linux", "amd64"), "platform", new JsonObject { ["os"] = "unknown", ["architecture"] = "unknown" });
        foreach (var index in new[] { _raw.AddIndex([]), _raw.AddIndex([artifact, unknown]), _raw.AddIndex([_raw.AddIndex([artifact])]) })
        {
            var layout = await OciLayout.OpenAsync(_raw.Write(index), Cancellation);

            Assert.Contains("the index names no image of any platform", (await Assert.ThrowsAsync<DeliveryException>(() => layout.ReadPlatformsAsync(Cancellation))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_an_index_and_its_descriptors_say_beyond_what_is_known_here_survives_a_rewrite()
    {
        var platform = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux", ["variant"] = "v1", ["os.version"] = "10.0.1", ["os.features"] = new JsonArray("x"), ["features"] = new JsonArray("y") };
        var image = _raw.AddImage("linux", "amd64");
        foreach (var (name, value) in new (string, JsonNode)[] { ("platform", platform), ("urls", new JsonArray("https://example.com/x")), ("data", "e30="), ("annotations", new JsonObject { ["a"] = "b" }), ("x-new", 1) })
            image = RawLayout.With(image, name, value);
        var attestation = _raw.AddImage(_raw.Add("application/vnd.oci.image.config.v1+json", "{}"));
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = "attestation-manifest", ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone() };
        attestation["data"] = "e30=";
        var further = new JsonObject { ["artifactType"] = "application/vnd.example", ["annotations"] = new JsonObject { ["c"] = "d" }, ["subject"] = _raw.Add(MediaTypes.ImageManifest, "s"), ["x-new"] = true };
        var beside = _raw.Add("application/xml", "<x/>");
        var folder = _raw.Write(RawLayout.With(_raw.AddIndex([image, attestation], (JsonObject)further.DeepClone()), "annotations", new JsonObject { ["org.opencontainers.image.ref.name"] = "1" }), beside);
        var layout = await OciLayout.OpenAsync(folder, Cancellation);

        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), [layout], [Platform.LinuxAmd64], Cancellation);
        var view = await layout.WriteViewAsync(Assert.Single(await layout.ReadPlatformsAsync(Cancellation)), _folder.Combine("view"), Cancellation);
        var stated = await layout.WithStatementsAsync("https://spdx.dev/Document", new Dictionary<Platform, byte[]> { [Platform.LinuxAmd64] = Encoding.UTF8.GetBytes("{}") }, Cancellation);

        foreach (var index in new[] { await RootAsync(merged), await RootAsync(stated) })
        {
            foreach (var (name, value) in further) Assert.True(JsonNode.DeepEquals(value, index[name]), name);
            Assert.True(JsonNode.DeepEquals(image, index["manifests"]![0]), index.ToJsonString());
        }

        Assert.True(JsonNode.DeepEquals(image, (await ListAsync(view))[0]));
        // Of other content than before.
        var rewritten = (await RootAsync(stated))["manifests"]![1]!;
        Assert.NotEqual((string?)attestation["digest"], (string?)rewritten["digest"]);
        Assert.Null(rewritten["data"]);
        // What stood beside it stays, and so does its name.
        var list = await ListAsync(stated);
        Assert.Equal(["1", null], list.Select(x => (string?)x!["annotations"]?["org.opencontainers.image.ref.name"]));
        Assert.True(JsonNode.DeepEquals(beside, list[1]));
    }

    private static async Task<JsonNode> RootAsync(OciLayout layout) => JsonNode.Parse((await layout.ReadManifestAsync(layout.Root, Cancellation)).Content.Span)!;

    private static async Task<JsonArray> ListAsync(OciLayout layout) => JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(layout.Folder, "index.json"), Cancellation))!["manifests"]!.AsArray();
}
