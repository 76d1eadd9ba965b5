using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Images that the real cosign signs once for all tests of a class, which get copies: most of its time cosign derives the key of its key's file.</summary>
public sealed class SignedImages : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, Cosign> _signers = [];
    private readonly Dictionary<string, ImageReference> _images = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>What signs with a key of this name.</summary>
    public async Task<Cosign> CosignAsync(string keys)
    {
        Assert.SkipUnless(Executables.Find("cosign") is not null || PrivateEngine.CanFetchPackages, "cosign is not on the PATH, and apt is not here to fetch it.");
        if (_signers.TryGetValue(keys, out var signer)) return signer;
        var program = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
        return _signers[keys] = new Cosign(program, await LocalKeyPair.EnsureAsync(_folder.Combine(keys), program, Cancellation));
    }

    /// <summary>Puts an image with this content and these annotations into a repository: with all attestations, or with signatures alone.</summary>
    public async Task<Digest> PutAsync(RegistryServer server, ImageReference repository, string content, JsonObject annotations, bool isAttested)
    {
        using var registry = server.Connect();
        var name = $"{content} {annotations.ToJsonString()} {isAttested}";
        if (!_images.TryGetValue(name, out var image)) _images[name] = image = await SignAsync(registry, server.NewRepository("signed/app"), content, annotations, isAttested);
        await registry.CopyAsync(image, registry, repository, leftOut: [], cancellationToken: Cancellation);
        return image.Digest!.Value;
    }

    private async Task<ImageReference> SignAsync(OciRegistry registry, ImageReference repository, string content, JsonObject annotations, bool isAttested)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(Directory.CreateDirectory(_folder.Combine(Guid.NewGuid().ToString("n"))).FullName, content, annotations);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        var cosign = await CosignAsync("keys");
        if (isAttested)
        {
            await new ImageSigner(cosign, layout, registry, repository).SignAsync(Cancellation);
        }
        else
        {
            foreach (var digest in (await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest).Append(layout.Root.Digest))
                await cosign.SignAsync(repository.WithDigest(digest), Cancellation);
        }

        return repository.WithDigest(layout.Root.Digest);
    }
}
