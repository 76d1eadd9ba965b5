using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Locks;

/// <summary>What the tags of pinned base images point at now.</summary>
/// <param name="Connect">Makes the client of a registry.</param>
public sealed record ImageUpdates(Func<ImageReference, OciRegistry> Connect)
{
    /// <summary>The digest of each image; the one that is pinned where the registry does not say.</summary>
    /// <param name="images">Each image, by tag, with the digest it is pinned to; null where it is pinned to none yet.</param>
    /// <param name="changes">Is told of each change, and of each image whose registry does not say.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    public async Task<IReadOnlyDictionary<ImageReference, Digest?>> FindAsync(IReadOnlyDictionary<ImageReference, Digest?> images, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ImageReference, Digest?>();
        foreach (var (image, pinned) in images)
        {
            var now = await FindAsync(image, pinned, changes, cancellationToken);
            found[image] = now ?? pinned;
            if (now is { } newer && newer != pinned) changes(LockChange.Of(image.ToString(), pinned?.Abbreviation ?? "not pinned", newer.Abbreviation));
        }

        return found;
    }

    private async Task<Digest?> FindAsync(ImageReference image, Digest? pinned, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        var current = pinned?.Abbreviation ?? "no digest";
        try
        {
            using var registry = Connect(image);
            if (await registry.FindAsync(image, cancellationToken) is { } there) return there.Digest;
            changes(LockChange.Left(image.ToString(), current, "its registry has no such tag"));
        }
        catch (DeliveryException exception)
        {
            changes(LockChange.Left(image.ToString(), current, exception.Message));
        }

        return null;
    }
}
