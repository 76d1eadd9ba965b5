using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Signatures by the right signer that nobody may take: what proves their time or their certificate is missing, or a byte was changed.</summary>
public sealed class RefusedSignatureTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    // Controls: a certificate that has expired since, and was logged while it was valid; and the second version of Rekor with a timestamp.
    [InlineData("short", null)]
    [InlineData("rekor2", null)]
    [InlineData("no-time", "log")]
    [InlineData("timestamp-only", "log")]
    [InlineData("no-sct", "signed certificate timestamp")]
    public async Task A_signature_needs_a_log_a_time_and_a_logged_certificate(string configuration, string? problem)
    {
        await using var sigstore = new SigstoreFixture { Configuration = configuration };
        await sigstore.InitializeAsync();
        using var registry = server.Connect();
        var (cosign, image, signer) = await SignedAsync(sigstore, registry);
        var (_, bundle) = await BundleAsync(registry, image);
        if (configuration is "short" or "no-time") await ExpiryAsync(bundle);

        var verification = cosign.VerifyAsync(image, signer, Cancellation);

        if (problem is null) await verification;
        else Assert.Contains(problem, (await Assert.ThrowsAsync<CommandFailedException>(() => verification)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "dsseEnvelope.payload")]
    [InlineData(null, "dsseEnvelope.signatures.0.sig")]
    [InlineData(null, "verificationMaterial.certificate.rawBytes")]
    [InlineData(null, "verificationMaterial.tlogEntries.0.canonicalizedBody")]
    [InlineData(null, "verificationMaterial.tlogEntries.0.inclusionPromise.signedEntryTimestamp")]
    [InlineData(null, "verificationMaterial.tlogEntries.0.inclusionProof.rootHash")]
    [InlineData("rekor2", "verificationMaterial.timestampVerificationData.rfc3161Timestamps.0.signedTimestamp")]
    // The entry of the second version is made again from signature and certificate, so what the bundle says of it does not matter.
    [InlineData("rekor2", "verificationMaterial.tlogEntries.0.inclusionProof.checkpoint.envelope")]
    [InlineData("rekor2", "dsseEnvelope.signatures.0.sig")]
    public async Task A_bundle_of_which_a_byte_was_changed_is_no_signature(string? configuration, string field)
    {
        await using var sigstore = new SigstoreFixture { Configuration = configuration };
        await sigstore.InitializeAsync();
        using var registry = server.Connect();
        var (cosign, image, signer) = await SignedAsync(sigstore, registry);
        var (manifest, bundle) = await BundleAsync(registry, image);

        await ReplaceAsync(registry, image, manifest, bundle);
        await cosign.VerifyAsync(image, signer, Cancellation);
        Damage(bundle, field.Split('.'));
        await ReplaceAsync(registry, image, manifest, bundle);

        await Assert.ThrowsAsync<CommandFailedException>(() => cosign.VerifyAsync(image, signer, Cancellation));
    }

    private async Task<(Cosign Cosign, ImageReference Image, ExpectedSigner Signer)> SignedAsync(SigstoreFixture sigstore, OciRegistry registry)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(Directory.CreateTempSubdirectory("layout-").FullName);
        var image = server.NewRepository().WithDigest(layout.Root.Digest);
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        var cosign = await sigstore.CosignAsync(sigstore.Job());
        await cosign.SignAsync(image, Cancellation);
        var own = (SigningIdentity.Keyless)cosign.Identity!;
        return (cosign, image, new ExpectedSigner.Workflow(own.Identity, own.Source));
    }

    private static async Task<(JsonNode Manifest, JsonNode Bundle)> BundleAsync(OciRegistry registry, ImageReference image)
    {
        var referrer = Assert.Single(await registry.ListReferrersAsync(image, cancellationToken: Cancellation));
        var manifest = await registry.GetManifestAsync(image.WithDigest(referrer.Digest), Cancellation);
        var bundle = await registry.ReadBlobAsync(image, manifest.Blobs[^1], Cancellation);
        return (JsonNode.Parse(manifest.Content.Span)!, JsonNode.Parse(bundle)!);
    }

    // The bundle in the place of the one that the registry lists.
    private static async Task ReplaceAsync(OciRegistry registry, ImageReference image, JsonNode manifest, JsonNode bundle)
    {
        var content = Encoding.UTF8.GetBytes(bundle.ToJsonString());
        var digest = await PutBlobAsync(image, content);
        (manifest["layers"]![0]!["digest"], manifest["layers"]![0]!["size"]) = (digest.ToString(), content.Length);
        var changed = Manifest.Parse(Encoding.UTF8.GetBytes(manifest.ToJsonString()), MediaTypes.ImageManifest, "the bundle's manifest");
        await registry.PutManifestAsync(image, changed, Cancellation);
        var entry = new { mediaType = changed.MediaType, digest = changed.Digest.ToString(), size = changed.Descriptor.Size };
        var index = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.ImageIndex, manifests = new[] { entry } });
        var list = Manifest.Parse(index, MediaTypes.ImageIndex, "the list of referrers");
        await registry.PutManifestAsync(image, list, Cancellation);
        await registry.PutTagAsync(image, $"sha256-{image.Digest!.Value.Hex}", list.Digest, Cancellation);
    }

    private static async Task<Digest> PutBlobAsync(ImageReference image, byte[] content)
    {
        using var http = new HttpClient();
        using var start = await http.PostAsync($"http://{image.Domain}/v2/{image.Path}/blobs/uploads/", null, Cancellation);
        var digest = Digest.Of(content);
        using var body = new ByteArrayContent(content);
        using var put = await http.PutAsync($"{start.Headers.Location}&digest={Uri.EscapeDataString($"{digest}")}", body, Cancellation);
        put.EnsureSuccessStatusCode();
        return digest;
    }

    private static void Damage(JsonNode bundle, string[] field)
    {
        var parent = field[..^1].Aggregate(bundle, (node, name) => (int.TryParse(name, out var index) ? node[index] : node[name])!);
        var text = parent[field[^1]]!.GetValue<string>();
        if (field[^1] == "envelope")
        {
            // A note whose last line is its signature.
            parent[field[^1]] = text[..^9] + (text[^9] == 'A' ? 'B' : 'A') + text[^8..];
            return;
        }

        var content = Convert.FromBase64String(text);
        content[content.Length / 2] ^= 1;
        parent[field[^1]] = Convert.ToBase64String(content);
    }

    private static async Task ExpiryAsync(JsonNode bundle)
    {
        var raw = Convert.FromBase64String(bundle["verificationMaterial"]!["certificate"]!["rawBytes"]!.GetValue<string>());
        using var certificate = X509CertificateLoader.LoadCertificate(raw);
        while (DateTime.Now <= certificate.NotAfter.AddSeconds(1)) await Task.Delay(200, Cancellation);
    }
}
