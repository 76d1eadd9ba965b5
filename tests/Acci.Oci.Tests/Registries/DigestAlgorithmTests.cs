using System.Collections.Concurrent;
using System.Text;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>A registry whose content is named by sha512 is read and checked by it; what nobody here can check is not asked for.</summary>
public sealed class DigestAlgorithmTests : IAsyncLifetime
{
    private static readonly Digest Layer = Sha512("layer");
    private static readonly string Image =
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.ImageManifest}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{Layer}}","size":5},"layers":[]}""";

    private readonly ConcurrentQueue<string> _asked = [];
    private LoopbackServer? _server;
    private string _content = "layer";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ImageReference App => ImageReference.Parse($"{_server!.Domain}/app");

    public async ValueTask InitializeAsync() => _server = await LoopbackServer.StartAsync(async context =>
    {
        _asked.Enqueue(context.Request.Path);
        var isManifest = context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal);
        var content = Encoding.UTF8.GetBytes(isManifest ? Image : _content);
        if (context.Request.Path == "/v2/") return;
        context.Response.ContentType = isManifest ? MediaTypes.ImageManifest : "application/octet-stream";
        context.Response.ContentLength = content.Length;
        if (isManifest) context.Response.Headers["Docker-Content-Digest"] = $"{Sha512(Image)}";
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(content, Cancellation);
    });

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task A_manifest_has_the_digest_by_which_it_was_asked_for()
    {
        using var registry = Connect();

        var manifest = await registry.GetManifestAsync(App.WithDigest(Sha512(Image)), Cancellation);

        Assert.Equal(Sha512(Image), manifest.Digest);
        Assert.Equal(Layer, manifest.Config!.Digest);
        Assert.Equal(Sha512(Image), (await registry.ResolveAsync(App.WithTag("latest"), Cancellation)).Digest);
        await AssertDamagedAsync(() => registry.GetManifestAsync(App.WithDigest(Sha512("another")), Cancellation));
    }

    [Fact]
    public async Task A_blob_is_checked_by_sha512_and_one_that_is_damaged_is_not_taken()
    {
        using var registry = Connect();
        var descriptor = new Descriptor { MediaType = "application/octet-stream", Digest = Layer, Size = 5 };

        Assert.Equal("layer", Encoding.UTF8.GetString(await registry.ReadBlobAsync(App, descriptor, Cancellation)));

        _content = "lAyer";
        await AssertDamagedAsync(() => registry.ReadBlobAsync(App, descriptor, Cancellation));
    }

    [Fact]
    public async Task What_cannot_be_checked_is_not_asked_for_and_named()
    {
        using var registry = Connect();
        var foreign = Digest.Parse("blake3:af1349b9f5f9a1a6a0404dea36dcc949");

        foreach (var use in new Func<Task>[]
        {
            () => registry.GetManifestAsync(App.WithDigest(foreign), Cancellation),
            () => registry.FindAsync(App.WithDigest(foreign), Cancellation),
            () => registry.ReadBlobAsync(App, new Descriptor { MediaType = "application/octet-stream", Digest = foreign, Size = 5 }, Cancellation),
        })
            Assert.StartsWith($"{foreign} cannot be used: content cannot be checked by the algorithm 'blake3'", (await Assert.ThrowsAnyAsync<DeliveryException>(use)).Message, StringComparison.Ordinal);

        Assert.DoesNotContain(_asked, x => x.Contains("blake3", StringComparison.Ordinal));
    }

    private static async Task AssertDamagedAsync(Func<Task> use) =>
        Assert.Contains("arrived damaged", (await Assert.ThrowsAnyAsync<DeliveryException>(use)).Message, StringComparison.Ordinal);

    private OciRegistry Connect() => OciRegistry.Of(App, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero } });

    private static Digest Sha512(string text) => Digest.Parse($"sha512:{Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Encoding.UTF8.GetBytes(text)))}");
}
