using System.Security.Cryptography;
using System.Text;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Anyone who may write to a repository may put any number of bundles there that say they are the signer's: cosign is not started for all of them.</summary>
public sealed class PlantedBundlesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_verification_tries_a_limited_number_of_them()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = _folder.Combine("key.pub");
        await File.WriteAllTextAsync(publicKey, $"{key.ExportSubjectPublicKeyInfoPem()}\n", Cancellation);
        var image = Parse("", []);
        var bundles = Enumerable.Range(0, SigstoreBundle.MostCandidates + 20).Select(x => Encoding.UTF8.GetBytes($$"""
            { "number": {{x}}, "verificationMaterial": { "publicKey": { "hint": "{{SigstoreBundle.HintOf(key.ExportSubjectPublicKeyInfoPem())}}" } } }
            """)).ToDictionary(x => $"{Digest.Of(x)}");
        var referrers = bundles.Values.Select(x => Parse(PredicateType.Signature.Uri, x)).ToDictionary(x => $"{x.Digest}");
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var (path, name) = (context.Request.Path.Value!, context.Request.Path.Value!.Split('/')[^1]);
            var list = $$"""{ "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageIndex}}", "manifests": [ {{string.Join(',', referrers.Values.Select(x => ReferrersList.Entry.JsonOf(x.Descriptor)))}} ] }""";
            var (type, content) = path.Contains("/referrers/", StringComparison.Ordinal) ? (MediaTypes.ImageIndex, Encoding.UTF8.GetBytes(list))
                : name == $"{image.Digest}" ? (MediaTypes.ImageManifest, image.Content.ToArray())
                : referrers.TryGetValue(name, out var referrer) ? (MediaTypes.ImageManifest, referrer.Content.ToArray())
                : ("application/octet-stream", bundles.GetValueOrDefault(name, []));
            context.Response.ContentType = type;
            context.Response.ContentLength = content.Length;
            if (context.Request.Method == "GET") await context.Response.Body.WriteAsync(content, Cancellation);
        });
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(60) } });
        var (program, calls) = (_folder.Combine("cosign"), _folder.Combine("calls"));
        await File.WriteAllTextAsync(program, $"""
            #!/bin/sh
            # The other statements are asked for at the same time, and end with the refusal.
            case "$*" in verify-attestation*spdx*|verify-attestation*slsa*) exec sleep 300 ;; esac
            echo "$1" >> '{calls}'
            printf 'Error: no matching attestations: invalid signature\nerror during command execution: no matching attestations: invalid signature\n' >&2
            exit 1
            """, Cancellation);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var verifier = new ImageVerifier(new Cosign(program), registry);

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => verifier.VerifyAsync(ImageReference.Parse($"{server.Domain}/app").WithDigest(image.Digest), new ExpectedSigner.PublicKey(publicKey), Cancellation));

        Assert.Contains($"more than {SigstoreBundle.MostCandidates} signatures or attestations beside it claim to be the signer's", error.Message, StringComparison.Ordinal);
        Assert.Equal(SigstoreBundle.MostCandidates, (await File.ReadAllLinesAsync(calls, Cancellation)).Count(x => x == "verify-blob-attestation"));
    }

    private static Manifest Parse(string predicate, byte[] bundle) => Manifest.Parse(Encoding.UTF8.GetBytes($$"""
        { "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageManifest}}", "annotations": { "dev.sigstore.bundle.predicateType": "{{predicate}}" },
          "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": "{{Digest.Of("{}"u8)}}", "size": 2 },
          "layers": [ { "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "digest": "{{Digest.Of(bundle)}}", "size": {{bundle.Length}} } ] }
        """), MediaTypes.ImageManifest, "a test's");
}
