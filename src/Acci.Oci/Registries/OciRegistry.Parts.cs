using System.Collections.Concurrent;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <content>What an image is made of.</content>
public sealed partial class OciRegistry
{
    private const int PartsAtOnce = 8;

    /// <summary>Asks for every manifest and every blob of an image. A registry may have lost one since it took the image, and goes on serving what names it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="root">Its manifest.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <returns>One that the registry does not have; null where it has all of them.</returns>
    /// <exception cref="DeliveryException">The registry cannot be asked.</exception>
    public async Task<Digest?> FindMissingPartAsync(ImageReference image, Manifest root, CancellationToken cancellationToken = default)
    {
        var manifests = new List<Manifest> { root };
        foreach (var child in root.Manifests.Where(x => MediaTypes.IsManifest(x.MediaType)))
        {
            if (await FindManifestAsync(image.WithDigest(child.Digest), cancellationToken) is not { } manifest) return child.Digest;
            manifests.Add(manifest);
        }

        var missing = new ConcurrentBag<Digest>();
        var blobs = manifests.SelectMany(x => x.Blobs).Select(x => x.Digest).Distinct();
        await Parallel.ForEachAsync(blobs, new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = cancellationToken }, async (blob, token) =>
        {
            if (!await HasBlobAsync(image, blob, token)) missing.Add(blob);
        });
        return missing.TryPeek(out var one) ? one : null;
    }
}
