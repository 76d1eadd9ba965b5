using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

public sealed class OciLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_multi_platform_image_is_read_children_first()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);

        var content = await layout.ReadContentAsync(Cancellation);

        Assert.Equal(MediaTypes.ImageIndex, layout.Root.MediaType);
        Assert.Equal(layout.Root.Digest, content.Root.Digest);
        Assert.Equal([false, false, false, false, true], content.Manifests.Select(x => x.IsIndex));
        // Five layers, of which the platforms share one, two attestations, and a configuration for each manifest.
        Assert.Equal(5 + 2 + 4, content.Blobs.Count);
        await layout.VerifyAsync(Cancellation);
    }

    [Fact]
    public async Task Each_platform_is_found_with_its_attestations()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);

        var platforms = await layout.ReadPlatformsAsync(Cancellation);

        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], platforms.Select(x => x.Platform));
        Assert.All(platforms, x => Assert.Equal(x.Manifest.Digest.ToString(), Assert.Single(x.Attestations).Annotations!["vnd.docker.reference.digest"]));
    }

    [Fact]
    public async Task An_image_without_an_index_tells_its_platform_in_its_configuration()
    {
        var builder = new LayoutBuilder(_folder.Path);
        var config = builder.AddBlob("""{"os":"linux","architecture":"arm","variant":"v7"}"""u8.ToArray(), "application/vnd.oci.image.config.v1+json");
        await builder.WriteRootAsync(builder.AddManifest(config, []));

        var layout = await OciLayout.OpenAsync(_folder.Path, Cancellation);

        Assert.Equal(Platform.Parse("linux/arm/v7"), Assert.Single(await layout.ReadPlatformsAsync(Cancellation)).Platform);
    }

    [Fact]
    public async Task A_view_holds_one_platform_and_shares_its_blobs()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("image"));
        var platforms = await layout.ReadPlatformsAsync(Cancellation);
        var folder = _folder.Combine("view");

        await layout.WriteViewAsync(platforms[0], folder, Cancellation);
        await layout.WriteViewAsync(platforms[1], folder, Cancellation);

        var view = await OciLayout.OpenAsync(folder, Cancellation);
        Assert.Equal(platforms[1].Manifest.Digest, view.Root.Digest);
        Assert.Equal(Platform.LinuxPpc64le, view.Root.Platform);
        await view.VerifyAsync(Cancellation);
        var content = await view.ReadContentAsync(Cancellation);
        Assert.Equal(1 + 4, Directory.GetFiles(Path.Combine(folder, "blobs", "sha256")).Length);

        // The same file under two names: what is written to one is read from the other.
        var blob = content.Blobs[^1].Digest;
        await File.AppendAllTextAsync(layout.BlobPath(blob), "more", Cancellation);
        Assert.EndsWith("more", await File.ReadAllTextAsync(view.BlobPath(blob), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_view_does_not_replace_a_folder_of_something_else()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("image"));
        var folder = Directory.CreateDirectory(_folder.Combine("view")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "thesis.tex"), "years of work", Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], folder, Cancellation));

        Assert.Contains("thesis.tex", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "thesis.tex")));
    }

    [Fact]
    public async Task A_truncated_blob_is_named()
    {
        var (layout, blob) = await WithLayerAsync();
        await using (var file = File.OpenWrite(layout.BlobPath(blob.Digest))) file.SetLength(10);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => layout.VerifyAsync(Cancellation));

        Assert.Equal($"{layout.BlobPath(blob.Digest)}: the blob is truncated, 10 bytes where {blob.Size} are stated. Build the image again.", error.Message);
    }

    [Fact]
    public async Task A_missing_blob_is_named()
    {
        var (layout, blob) = await WithLayerAsync();
        File.Delete(layout.BlobPath(blob.Digest));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => layout.VerifyAsync(Cancellation));

        Assert.Equal($"{layout.BlobPath(blob.Digest)}: the blob is missing, though a manifest names it. Build the image again.", error.Message);
    }

    [Fact]
    public async Task A_blob_with_another_content_is_named()
    {
        var (layout, blob) = await WithLayerAsync();
        await FlipAsync(layout.BlobPath(blob.Digest));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => layout.VerifyAsync(Cancellation));

        Assert.StartsWith($"{layout.BlobPath(blob.Digest)}: the blob is damaged, its content has the digest sha256:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_manifest_is_never_read()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        await FlipAsync(layout.BlobPath(layout.Root.Digest));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => layout.ReadContentAsync(Cancellation));

        Assert.Contains("the blob is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_layout_is_said_to_be_none()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.OpenAsync(_folder.Path, Cancellation));

        Assert.Equal($"{_folder.Combine("oci-layout")}: the file is missing, so '{_folder.Path}' is not an OCI image layout.", error.Message);
    }

    [Theory]
    [InlineData("oci-layout", """{"imageLayoutVersion":"2.0.0"}""", "the layout has version '2.0.0', only 1.0.0 can be read")]
    [InlineData("oci-layout", "tar", "it cannot be read")]
    [InlineData("index.json", """{"schemaVersion":2,"manifests":[]}""", "it names no image")]
    [InlineData("index.json", """{"manifests":[{"mediaType":"text/plain","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}]}""", "content of type 'text/plain', not an image")]
    [InlineData("index.json", """{"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:12","size":0}]}""", "'sha256:12' is not a digest")]
    public async Task A_broken_layout_is_refused_by_file_and_reason(string file, string content, string reason)
    {
        await LayoutBuilder.WriteSmallAsync(_folder.Path);
        await File.WriteAllTextAsync(_folder.Combine(file), content, Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.OpenAsync(_folder.Path, Cancellation));

        Assert.StartsWith(_folder.Combine(file), error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private async Task<(OciLayout Layout, Descriptor Layer)> WithLayerAsync()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        return (layout, (await layout.ReadContentAsync(Cancellation)).Blobs.MaxBy(x => x.Size)!);
    }

    private static async Task FlipAsync(string file)
    {
        var content = await File.ReadAllBytesAsync(file, Cancellation);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(file, content, Cancellation);
    }
}
