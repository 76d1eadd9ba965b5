using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

public sealed partial class OciLayout
{
    /// <summary>
    /// The image's platforms in the index's order, those of indexes in it among them. What stands in an index and is no image is passed over; of an image
    /// that stands there without its platform, and of one without an index, the configuration tells it.
    /// Source: OCI image specification 1.1, image-index.md, "Image Index Property Descriptions"; config.md, "Properties".
    /// </summary>
    /// <exception cref="DeliveryException">A manifest is missing or damaged, or there is no image.</exception>
    public async Task<IReadOnlyList<PlatformImage>> ReadPlatformsAsync(CancellationToken cancellationToken = default)
    {
        var root = await ReadManifestAsync(Root, cancellationToken);
        if (!root.IsIndex)
        {
            return ReadPlatform(root) is { } only ? [new PlatformImage(only, Root, [])]
                : throw new DeliveryException($"{BlobPath(root.Config!.Digest)}: the image's configuration names no platform.");
        }

        var found = new List<PlatformImage>();
        var seen = new HashSet<Digest> { Root.Digest };
        await VisitAsync(root);
        return found.Count > 0 ? found : throw new DeliveryException($"{BlobPath(Root.Digest)}: the index names no image of any platform.");

        async Task VisitAsync(Manifest index)
        {
            foreach (var descriptor in index.Manifests)
            {
                if (PlatformImage.IsImage(descriptor)) found.Add(PlatformImage.Of(descriptor.Platform!, descriptor, index.Manifests));
                else if (!MediaTypes.IsManifest(descriptor.MediaType) || !seen.Add(descriptor.Digest)) continue;
                else if (MediaTypes.IsIndex(descriptor.MediaType)) await VisitAsync(await ReadManifestAsync(descriptor, cancellationToken));
                else if (descriptor.Platform is null && ReadPlatform(await ReadManifestAsync(descriptor, cancellationToken)) is { } platform)
                    found.Add(PlatformImage.Of(platform, descriptor, index.Manifests));
            }
        }
    }

    // An artifact has a configuration, too, of another type.
    private Platform? ReadPlatform(Manifest image) => MediaTypes.IsImageConfig(image.Config!.MediaType)
        ? ReadJson(CheckSize(image.Config), ManifestJson.Default.PlatformObject).ToPlatform()
        : null;
}
