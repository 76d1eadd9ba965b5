using System.Text;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Signing;

public sealed class SigstoreBundleLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string Signature = "https://sigstore.dev/cosign/sign/v1";
    private const string Spdx = "https://spdx.dev/Document";
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(SigstoreBundle.MostCandidates, false)]
    [InlineData(SigstoreBundle.MostCandidates + 1, true)]
    public async Task Cosign_is_started_for_a_limited_number_of_bundles_that_claim_to_be_the_signers(int count, bool isTooMuch)
    {
        var image = ImageReference.Parse("ghcr.io/octo/app").WithDigest(Digest.Of([1]));
        var tried = 0;

        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var _ in SigstoreBundle.WithinLimitAsync(Enumerable.Repeat(new SigstoreBundle(null, "hint"), count).ToAsyncEnumerable(), image)) tried++;
        });

        Assert.Equal(SigstoreBundle.MostCandidates, tried);
        Assert.Equal(isTooMuch, error is DeliveryException);
    }

    [Theory]
    // Of what is not there, a manifest may claim what it likes; nothing of it is read, nor of a signature that is none by its size.
    [InlineData(Spdx, 250L * Megabyte, 0, false)]
    [InlineData(Spdx, 10L << 30, 0, false)]
    // The manifests were read.
    [InlineData(Spdx, 1, 0, true, 2 * Megabyte)]
    [InlineData(Spdx, 1, 0, false, Megabyte)]
    [InlineData(Signature, 250L * Megabyte, 0, false)]
    [InlineData(Signature, 5L * Megabyte, 5 * Megabyte, false)]
    [InlineData(Spdx, Megabyte, Megabyte, false)]
    [InlineData(Spdx, 2L * Megabyte, 2 * Megabyte, true)]
    [InlineData(Signature, 2L * Megabyte, 2 * Megabyte, true)]
    // One that is damaged was read all the same.
    [InlineData(Spdx, 2L * Megabyte, 2 * Megabyte - 1, true)]
    public async Task Bundles_are_read_up_to_a_limit_of_what_there_is(string predicate, long claimed, int actual, bool isTooMuch, int ofManifest = 0)
    {
        var type = predicate == Signature ? PredicateType.Signature : PredicateType.Spdx;
        Assert.Equal(predicate, type.Uri);
        var blobs = Enumerable.Range(1, 5).Select(x => Enumerable.Repeat((byte)x, actual).ToArray()).Select((x, i) => (Content: x, Digest: Digest.Of(actual > 0 ? x : [(byte)i]))).ToArray();
        var manifests = blobs.Select(x => Manifest.Parse(Encoding.UTF8.GetBytes($$"""
            { "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageManifest}}", "annotations": { "dev.sigstore.bundle.predicateType": "{{type.Uri}}", "other": "{{new string('a', ofManifest)}}" },
              "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": "{{Digest.Of("{}"u8)}}", "size": 2 },
              "layers": [ { "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "digest": "{{x.Digest}}", "size": {{claimed}} } ] }
            """), MediaTypes.ImageManifest, "a test's")).ToDictionary(x => $"{x.Digest}");
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (path, name) = (context.Request.Path.Value!, context.Request.Path.Value!.Split('/')[^1]);
            if (path.Contains("/referrers/", StringComparison.Ordinal))
            {
                context.Response.ContentType = MediaTypes.ImageIndex;
                var entries = manifests.Values.Select(x => ReferrersList.Entry.JsonOf(x.Descriptor));
                await context.Response.WriteAsync($$"""{ "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageIndex}}", "manifests": [ {{string.Join(',', entries)}} ] }""", Cancellation);
            }
            else if (manifests.TryGetValue(name, out var manifest))
            {
                context.Response.ContentType = MediaTypes.ImageManifest;
                await context.Response.Body.WriteAsync(manifest.Content, Cancellation);
            }
            else if (actual > 0 && blobs.FirstOrDefault(x => $"{x.Digest}" == name) is { Content: { } content }) await context.Response.Body.WriteAsync(content, Cancellation);
            else context.Response.StatusCode = name.Length == 0 ? 200 : 404;
        });
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(20) } });
        var image = ImageReference.Parse($"{server.Domain}/app").WithDigest(Digest.Of([1]));
        var list = SigstoreBundle.ListAsync(registry, image, type, Cancellation, mostBytes: 8 * Megabyte).ToListAsync(Cancellation);

        if (isTooMuch) Assert.Contains("are larger than 8 MiB, more than is read", (await Assert.ThrowsAsync<DeliveryException>(async () => await list)).Message, StringComparison.Ordinal);
        else Assert.Empty(await list);
    }
}
