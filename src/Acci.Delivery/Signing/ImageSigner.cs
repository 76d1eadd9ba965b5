using System.Text.Json;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;

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
    public async Task<(int Signatures, int Attestations)> SignAsync(CancellationToken cancellationToken)
    {
        var platforms = await Layout.ReadPlatformsAsync(cancellationToken);
        var attestations = 0;
        await Cosign.SignAsync(Repository.WithDigest(Layout.Root.Digest), cancellationToken);
        await Parallel.ForEachAsync(platforms, cancellationToken, async (platform, token) =>
        {
            var reference = Repository.WithDigest(platform.Manifest.Digest);
            if (platform.Manifest.Digest != Layout.Root.Digest) await Cosign.SignAsync(reference, token);
            // One after the other: cosign loses one of two attestations made at once for the same digest.
            foreach (var (type, _, predicate) in await InTotoStatement.ReadAsync(Layout, platform, token))
            {
                await AttestAsync(reference, type, predicate, token);
                Interlocked.Increment(ref attestations);
            }
        });
        return (platforms.Select(x => x.Manifest.Digest).Append(Layout.Root.Digest).Distinct().Count(), attestations);
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
