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

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public async Task Bundles_that_are_many_and_large_are_not_all_read(int count, bool isTooMuch)
    {
        const long size = 250L * 1024 * 1024;
        var manifests = Enumerable.Range(0, count).Select(x => Manifest.Parse(Encoding.UTF8.GetBytes($$"""
            { "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageManifest}}", "annotations": { "dev.sigstore.bundle.predicateType": "{{PredicateType.Spdx.Uri}}" },
              "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": "{{Digest.Of("{}"u8)}}", "size": 2 },
              "layers": [ { "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "digest": "{{Digest.Of([(byte)x])}}", "size": {{size}} } ] }
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
            else context.Response.StatusCode = name.Length == 0 ? 200 : 404;
        });
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero } });
        var image = ImageReference.Parse($"{server.Domain}/app").WithDigest(Digest.Of([1]));
        var list = SigstoreBundle.ListAsync(registry, image, PredicateType.Spdx, Cancellation).ToListAsync(Cancellation);

        if (isTooMuch) Assert.Contains("are larger than 1 GiB, more than is read", (await Assert.ThrowsAsync<DeliveryException>(async () => await list)).Message, StringComparison.Ordinal);
        else Assert.Empty(await list);
    }
}
