using System.Text.Json.Nodes;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>Platforms have several spellings, and one meaning: containerd's.</summary>
public sealed class PlatformTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("linux/amd65", "amd65")]
    [InlineData("lunix/amd64", "lunix")]
    [InlineData("linux/x86_64", null)]
    [InlineData("linux/armhf", null)]
    [InlineData("windows/arm64", null)]
    [InlineData("linux/loong64", null)]
    public void A_part_that_is_no_operating_system_or_architecture_is_known(string text, string? unknown) =>
        Assert.Equal(unknown, Platform.Parse(text).Unknown?.Name);

    // containerd/platforms, platforms_test.go and database_test.go.
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/x86-64", "linux/amd64")]
    [InlineData("Linux/AMD64", "linux/amd64")]
    [InlineData("linux/amd64/v1", "linux/amd64")]
    [InlineData("linux/x86_64/v3", "linux/amd64/v3")]
    [InlineData("linux/i386/v1", "linux/386")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/8", "linux/arm64")]
    [InlineData("linux/arm64/V8", "linux/arm64")]
    [InlineData("linux/aarch64/v8", "linux/arm64")]
    [InlineData("linux/arm64/9", "linux/arm64/v9")]
    [InlineData("linux/arm64/v9.0", "linux/arm64/v9")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/arm/7", "linux/arm/v7")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/armel", "linux/arm/v6")]
    [InlineData("linux/arm/5", "linux/arm/v5")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("linux/arm/8", "linux/arm/v8")]
    [InlineData("macos/arm64", "darwin/arm64")]
    [InlineData("linux/ppc64le", "linux/ppc64le")]
    [InlineData("unknown/unknown", "unknown/unknown")]
    public void Every_spelling_is_the_platform_that_engines_take_it_for(string text, string normal)
    {
        var platform = Platform.Parse(text);

        Assert.Equal(normal, platform.ToString());
        Assert.Equal(Platform.Parse(normal), platform);
        Assert.Equal(Platform.Parse(normal).GetHashCode(), platform.GetHashCode());
        Assert.Equal(normal.Replace('/', '-'), platform.Slug);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("linux/")]
    [InlineData("linux/amd64/")]
    [InlineData("windows(10.0.20348.1)/amd64")]
    [InlineData("linux/amd64/v1/x")]
    [InlineData("linux/../amd64")]
    public void Another_form_is_no_platform(string text)
    {
        Assert.False(Platform.TryParse(text, out _));
        Assert.Throws<DeliveryException>(() => Platform.Parse(text));
    }

    [Fact]
    public async Task A_layout_names_its_platforms_in_their_normal_form_and_another_spelling_finds_them()
    {
        var part = await OciLayout.OpenAsync(WithPlatforms("part", """{ "architecture": "aarch64", "os": "linux", "variant": "v8" }"""), Cancellation);

        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), [part], [Platform.Parse("linux/arm64")], Cancellation);

        Assert.Equal([Platform.LinuxArm64], (await merged.ReadPlatformsAsync(Cancellation)).Select(x => x.Platform));
    }

    [Fact]
    public async Task Two_spellings_of_one_platform_in_an_index_are_one_platform_twice()
    {
        var layout = await OciLayout.OpenAsync(WithPlatforms("twice", """{ "architecture": "arm64", "os": "linux" }""", """{ "architecture": "arm64", "os": "linux", "variant": "v8" }"""), Cancellation);

        var index = await layout.ReadManifestAsync(layout.Root, Cancellation);

        Assert.StartsWith("its index has several images for linux/arm64: sha256:", PlatformImage.ProblemOf(index.Manifests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_else_an_index_says_of_a_platform_is_no_part_of_it_and_is_written_again_as_it_was()
    {
        const string windows = """{"architecture":"amd64","os":"windows","os.version":"10.0.20348.1","os.features":["win32k"]}""";
        var layout = await OciLayout.OpenAsync(WithPlatforms("windows", windows), Cancellation);
        var image = Assert.Single(await layout.ReadPlatformsAsync(Cancellation));
        Assert.Equal(Platform.Parse("windows/amd64"), image.Platform);

        var view = await layout.WriteViewAsync(image, _folder.Combine("view"), Cancellation);
        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), [layout], [Platform.Parse("windows/amd64")], Cancellation);

        foreach (var written in new[] { await File.ReadAllBytesAsync(Path.Combine(view.Folder, "index.json"), Cancellation), (await merged.ReadManifestAsync(merged.Root, Cancellation)).Content.ToArray() })
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(windows), JsonNode.Parse(written)!["manifests"]![0]!["platform"]));
    }

    // A layout with an index that names an image for each of these platforms.
    private string WithPlatforms(string name, params string[] platforms)
    {
        var layout = new RawLayout(_folder.Combine(name));
        return layout.Write(layout.AddIndex(platforms.Index().Select(x => RawLayout.With(layout.AddImage("linux", $"number{x.Index}"), "platform", JsonNode.Parse(x.Item)!))));
    }
}
