using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>Pushing to a registry that is well.</summary>
public sealed class PushTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_pushed_by_digest_and_no_tag_appears()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = server.NewRepository();
        using var registry = server.Connect();

        var result = await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.Equal(layout.Root.Digest, result.Digest);
        Assert.Equal((11, 0, 0), (result.BlobsSent, result.BlobsMounted, result.BlobsPresent));
        Assert.Empty(await TagsAsync(registry, repository));
        Assert.Equal(layout.Root.Digest, (await registry.ResolveAsync(repository.WithDigest(result.Digest), Cancellation)).Digest);
        foreach (var manifest in (await layout.ReadContentAsync(Cancellation)).Manifests)
            Assert.Equal(manifest.Content.ToArray(), (await registry.GetManifestAsync(repository.WithDigest(manifest.Digest), Cancellation)).Content.ToArray());
        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs)
            Assert.Equal(blob.Digest, Digest.Of(await registry.ReadBlobAsync(repository, blob, Cancellation)));
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = server.NewRepository();
        using var registry = server.Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        var result = await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.Equal((0, 0L, 11), (result.BlobsSent, result.BytesSent, result.BlobsPresent));
    }

    [Fact]
    public async Task What_a_full_disk_has_left_in_the_registry_is_sent_again()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = server.NewRepository();
        using var registry = server.Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var content = await layout.ReadContentAsync(Cancellation);
        var place = Path.Combine(server.Data, "docker", "registry", "v2", "repositories", repository.Path);
        // The registry has made the files, and found no room for what is in them.
        await File.WriteAllTextAsync(Path.Combine(place, "_layers", "sha256", content.Blobs[0].Digest.Hex, "link"), "", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(place, "_manifests", "revisions", "sha256", content.Manifests[0].Digest.Hex, "link"), "", Cancellation);

        var result = await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.Equal((1, 10), (result.BlobsSent + result.BlobsMounted, result.BlobsPresent));
        Assert.Equal(content.Blobs[0].Digest, Digest.Of(await registry.ReadBlobAsync(repository, content.Blobs[0], Cancellation)));
        await registry.GetManifestAsync(repository.WithDigest(content.Manifests[0].Digest), Cancellation);
    }

    [Fact]
    public async Task Blobs_of_another_repository_are_mounted()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var (first, second) = (server.NewRepository("base"), server.NewRepository());
        using var registry = server.Connect(options: new RegistryOptions { MountFrom = [first.Path] });
        await registry.PushAsync(layout, first, cancellationToken: Cancellation);

        var result = await registry.PushAsync(layout, second, cancellationToken: Cancellation);

        Assert.Equal((0, 11, 0), (result.BlobsSent, result.BlobsMounted, result.BlobsPresent));
        await registry.ResolveAsync(second.WithDigest(result.Digest), Cancellation);
    }

    [Fact]
    public async Task What_two_images_have_in_common_goes_up_once()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        using var registry = server.Connect();
        await registry.PushAsync(layout, server.NewRepository("first"), cancellationToken: Cancellation);

        var result = await registry.PushAsync(layout, server.NewRepository("second"), cancellationToken: Cancellation);

        Assert.Equal((0, 11, 0), (result.BlobsSent, result.BlobsMounted, result.BlobsPresent));
    }

    [Fact]
    public async Task A_mount_that_is_not_to_be_had_leaves_no_upload_open()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = server.NewRepository();
        using var registry = server.Connect(options: new RegistryOptions { MountFrom = ["nothing/here"] });

        var result = await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.Equal((11, 0), (result.BlobsSent, result.BlobsMounted));
        Assert.Equal(0, server.OpenUploads(repository));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task A_large_blob_goes_up_in_chunks(int wholeBlobLimit)
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 4500, 1000, 0);
        var repository = server.NewRepository();
        using var registry = server.Connect(options: new RegistryOptions { WholeBlobLimit = wholeBlobLimit, ChunkSize = 1000 });

        var result = await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs)
            Assert.Equal(blob.Digest, Digest.Of(await registry.ReadBlobAsync(repository, blob, Cancellation)));
        await registry.ResolveAsync(repository.WithDigest(result.Digest), Cancellation);
    }

    [Fact]
    public async Task Progress_ends_at_the_total()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 3_000_000, 2_000_000);
        using var registry = server.Connect();
        var reports = new Reports();

        var result = await registry.PushAsync(layout, server.NewRepository(), reports, Cancellation);

        var last = reports.All[^1];
        Assert.Equal((result.BytesSent, result.BytesSent), (last.BytesDone, last.BytesTotal));
        Assert.Equal((result.BlobsSent, result.BlobsSent), (last.BlobsDone, last.BlobsTotal));
        Assert.All(reports.All, x => Assert.InRange(x.BytesDone, 0, x.BytesTotal));
    }

    [Fact]
    public async Task A_damaged_layout_is_not_pushed()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 100_000);
        var blob = (await layout.ReadContentAsync(Cancellation)).Blobs.MaxBy(x => x.Size)!;
        var content = await File.ReadAllBytesAsync(layout.BlobPath(blob.Digest), Cancellation);
        content[5000] ^= 1;
        await File.WriteAllBytesAsync(layout.BlobPath(blob.Digest), content, Cancellation);
        var repository = server.NewRepository();
        var retries = new List<RetryNotice>();
        using var registry = server.Connect(options: new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1), Notify = retries.Add } });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.PushAsync(layout, repository, cancellationToken: Cancellation));

        Assert.StartsWith($"{layout.BlobPath(blob.Digest)}: the blob is damaged", error.Message, StringComparison.Ordinal);
        Assert.Empty(retries);
        Assert.Null(await registry.FindAsync(repository.WithDigest(layout.Root.Digest), Cancellation));
    }

    [Fact]
    public async Task Tags_are_put_moved_and_listed()
    {
        var first = await LayoutBuilder.WriteSmallAsync(_folder.Combine("first"), seed: 1);
        var second = await LayoutBuilder.WriteSmallAsync(_folder.Combine("second"), seed: 100);
        var repository = server.NewRepository();
        using var registry = server.Connect();
        await registry.PushAsync(first, repository, cancellationToken: Cancellation);
        await registry.PushAsync(second, repository, cancellationToken: Cancellation);

        await registry.PutTagAsync(repository, "1.0.0", first.Root.Digest, Cancellation);
        await registry.PutTagAsync(repository, "latest", first.Root.Digest, Cancellation);
        await registry.PutTagAsync(repository, "latest", second.Root.Digest, Cancellation);

        Assert.Equal(["1.0.0", "latest"], await TagsAsync(registry, repository));
        Assert.Equal(first.Root.Digest, (await registry.ResolveAsync(repository.WithTag("1.0.0"), Cancellation)).Digest);
        Assert.Equal(second.Root, (await registry.ResolveAsync(repository.WithTag("latest"), Cancellation)));
    }

    [Fact]
    public async Task A_tag_is_not_put_on_what_is_not_there()
    {
        var repository = server.NewRepository();
        using var registry = server.Connect();

        var error = await Assert.ThrowsAsync<ContentException>(() => registry.PutTagAsync(repository, "latest", Digest.Of([]), Cancellation));

        Assert.Equal($"{repository.WithDigest(Digest.Of([]))} does not exist in the registry. Check the name, or publish it first.", error.Message);
        Assert.Empty(await TagsAsync(registry, repository));
    }

    [Fact]
    public async Task A_deleted_manifest_is_gone_with_its_tags()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = server.NewRepository();
        using var registry = server.Connect();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(repository, "latest", layout.Root.Digest, Cancellation);

        Assert.False(await registry.TryDeleteTagAsync(repository, "latest", Cancellation), "This server cannot delete a tag alone.");
        Assert.NotNull(await registry.FindAsync(repository.WithTag("latest"), Cancellation));

        await registry.DeleteManifestAsync(repository, layout.Root.Digest, Cancellation);
        await registry.DeleteManifestAsync(repository, layout.Root.Digest, Cancellation);

        Assert.Null(await registry.FindAsync(repository.WithTag("latest"), Cancellation));
        Assert.Empty(await TagsAsync(registry, repository));
    }

    private static async Task<List<string>> TagsAsync(OciRegistry registry, ImageReference repository) => await registry.ListTagsAsync(repository, cancellationToken: Cancellation).Order(StringComparer.Ordinal).ToListAsync(Cancellation);

    private sealed class Reports : IProgress<TransferProgress>
    {
        public List<TransferProgress> All { get; } = [];

        public void Report(TransferProgress value) => All.Add(value);
    }
}
