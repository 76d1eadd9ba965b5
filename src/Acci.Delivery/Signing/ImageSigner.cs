using System.Text.Json;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>
/// Signs a pushed image and each of its platforms, and attests to each platform the bill of materials and the provenance that BuildKit wrote into
/// the layout.
/// </summary>
/// <param name="Cosign">What signs.</param>
/// <param name="Layout">The image.</param>
/// <param name="Repository">Where it was pushed to.</param>
public sealed record ImageSigner(Cosign Cosign, OciLayout Layout, ImageReference Repository)
{
    /// <summary>Signs and attests.</summary>
    /// <exception cref="DeliveryException">A platform lacks its bill of materials or its provenance, or cosign failed.</exception>
    /// <returns>How many signatures and attestations were made.</returns>
    public Task<(int Signatures, int Attestations)> SignAsync(CancellationToken cancellationToken) =>
        SignAsync((_, _, _) => Task.FromResult(true), cancellationToken);

    /// <summary>Makes those signatures and attestations anew that the registry does not list for this signer.</summary>
    /// <param name="registry">The registry that has the image.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">The registry or cosign failed.</exception>
    /// <returns>How many signatures and attestations were made.</returns>
    public async Task<(int Signatures, int Attestations)> SignMissingAsync(OciRegistry registry, CancellationToken cancellationToken)
    {
        var isOwn = await Cosign.ReadOwnershipAsync(cancellationToken);
        return await SignAsync(IsMissingAsync, cancellationToken);

        async Task<bool> IsMissingAsync(ImageReference reference, PredicateType type, CancellationToken token) =>
            !(await SigstoreBundle.ListAsync(registry, reference, type, token)).Any(x => isOwn(x));
    }

    private async Task<(int Signatures, int Attestations)> SignAsync(
        Func<ImageReference, PredicateType, CancellationToken, Task<bool>> isNeeded, CancellationToken cancellationToken)
    {
        var (signatures, attestations) = (0, 0);
        await SignAsync(Repository.WithDigest(Layout.Root.Digest), cancellationToken);
        await Parallel.ForEachAsync(await Layout.ReadPlatformsAsync(cancellationToken), cancellationToken, async (platform, token) =>
        {
            var reference = Repository.WithDigest(platform.Manifest.Digest);
            if (platform.Manifest.Digest != Layout.Root.Digest) await SignAsync(reference, token);
            // One after the other: cosign loses one of two attestations made at once for the same digest.
            foreach (var (type, _, predicate) in await InTotoStatement.ReadAsync(Layout, platform, token))
            {
                if (!await isNeeded(reference, type, token)) continue;
                await AttestAsync(reference, type, predicate, token);
                Interlocked.Increment(ref attestations);
            }
        });
        return (signatures, attestations);

        async Task SignAsync(ImageReference reference, CancellationToken token)
        {
            if (!await isNeeded(reference, PredicateType.Signature, token)) return;
            await Cosign.SignAsync(reference, token);
            Interlocked.Increment(ref signatures);
        }
    }

    private async Task AttestAsync(ImageReference reference, PredicateType type, JsonElement predicate, CancellationToken cancellationToken)
    {
        var (folder, deletion) = Session.Current.TemporaryFolder();
        using (deletion)
        {
            var file = Path.Combine(folder, "predicate.json");
            await File.WriteAllTextAsync(file, predicate.GetRawText(), cancellationToken);
            await Cosign.AttestAsync(reference, type, file, cancellationToken);
        }
    }
}
