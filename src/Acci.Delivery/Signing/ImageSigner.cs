using System.Text.Json;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>
/// Signs a pushed image and each of its platforms, and attests to each platform the bill of materials and the provenance that BuildKit wrote into
/// the layout. Where the registry keeps no list of referrers, the one that cosign keeps is completed, so that clients find attestations by type.
/// </summary>
/// <param name="Cosign">What signs.</param>
/// <param name="Layout">The image.</param>
/// <param name="Registry">The registry that it was pushed to.</param>
/// <param name="Repository">Where it was pushed to.</param>
public sealed record ImageSigner(Cosign Cosign, OciLayout Layout, OciRegistry Registry, ImageReference Repository)
{
    /// <summary>Signs and attests, whatever is there.</summary>
    /// <exception cref="DeliveryException">A platform lacks its bill of materials or its provenance, or cosign failed.</exception>
    /// <returns>How many signatures and attestations were made.</returns>
    public Task<(int Signatures, int Attestations)> SignAsync(CancellationToken cancellationToken) => SignAsync(null, cancellationToken);

    /// <summary>Makes those signatures and attestations that the registry does not list for this signer.</summary>
    /// <exception cref="DeliveryException">The registry or cosign failed.</exception>
    /// <returns>How many signatures and attestations were made.</returns>
    public Task<(int Signatures, int Attestations)> SignMissingAsync(CancellationToken cancellationToken) =>
        SignAsync((_, _, _, _) => Task.FromResult(true), cancellationToken);

    /// <summary>Makes those signatures and attestations that the registry does not list for this signer, or that are not valid.</summary>
    /// <param name="signer">The signer, as those who verify know it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">The registry or cosign failed.</exception>
    /// <returns>How many signatures and attestations were made.</returns>
    public Task<(int Signatures, int Attestations)> SignInvalidAsync(ExpectedSigner signer, CancellationToken cancellationToken) => SignAsync(
        (bundle, reference, type, token) => signer.As(bundle) is { } spelled ? Cosign.IsValidAsync(bundle, reference, type, spelled, token) : Task.FromResult(false),
        cancellationToken);

    private async Task<(int Signatures, int Attestations)> SignAsync(
        Func<SigstoreBundle, ImageReference, PredicateType, CancellationToken, Task<bool>>? countsAsync, CancellationToken cancellationToken)
    {
        var (signatures, attestations) = (0, 0);
        var ownership = new Lazy<Task<Predicate<SigstoreBundle>>>(() => Cosign.ReadOwnershipAsync(cancellationToken));
        var root = Repository.WithDigest(Layout.Root.Digest);
        var buildKit = (await Layout.ReadManifestAsync(Layout.Root, cancellationToken)).Annotations.GetValueOrDefault(BuildKitVersion.Annotation);
        await SignAsync(root, cancellationToken);
        await Parallel.ForEachAsync(await Layout.ReadPlatformsAsync(cancellationToken), cancellationToken, async (platform, token) =>
        {
            var reference = Repository.WithDigest(platform.Manifest.Digest);
            if (platform.Manifest.Digest != Layout.Root.Digest) await SignAsync(reference, token);
            // One after the other: cosign loses one of two attestations made at once for the same digest.
            foreach (var (type, _, written) in await InTotoStatement.ReadAsync(Layout, platform, token))
            {
                var predicate = type == PredicateType.Provenance ? ProvenanceBuilder.WithBuildKit(written, buildKit) : written;
                if (countsAsync is not null && await IsWrittenAsync(reference, type, predicate, token)) continue;
                await AttestAsync(Asking(reference, type, predicate), reference, type, predicate, token);
                Interlocked.Increment(ref attestations);
            }

            await Registry.CompleteReferrersAsync(reference, token);
        });
        await Registry.CompleteReferrersAsync(root, cancellationToken);
        return (signatures, attestations);

        // Of a platform that several commits have in common there may be the statements of an earlier publish: they are not this one's.
        async Task<bool> IsWrittenAsync(ImageReference reference, PredicateType type, JsonElement? predicate, CancellationToken token)
        {
            var isOwn = await ownership.Value;
            var own = SigstoreBundle.ListAsync(Registry, reference, type, token).Where(x => isOwn(x) && x.States(reference, predicate));
            await foreach (var bundle in SigstoreBundle.WithinLimitAsync(own, reference))
            {
                if (countsAsync is null || await countsAsync(bundle, reference, type, token)) return true;
            }

            return false;
        }

        Cosign Asking(ImageReference reference, PredicateType type, JsonElement? predicate) =>
            Cosign with { IsWrittenAsync = token => IsWrittenAsync(reference, type, predicate, token) };

        async Task SignAsync(ImageReference reference, CancellationToken token)
        {
            if (countsAsync is not null && await IsWrittenAsync(reference, PredicateType.Signature, null, token)) return;
            await Asking(reference, PredicateType.Signature, null).SignAsync(reference, token);
            Interlocked.Increment(ref signatures);
        }
    }

    private static async Task AttestAsync(
        Cosign cosign, ImageReference reference, PredicateType type, JsonElement predicate, CancellationToken cancellationToken)
    {
        var (folder, deletion) = Session.Current.TemporaryFolder();
        using (deletion)
        {
            var file = Path.Combine(folder, "predicate.json");
            await File.WriteAllTextAsync(file, predicate.GetRawText(), cancellationToken);
            await cosign.AttestAsync(reference, type, file, cancellationToken);
        }
    }
}
