using System.Text.Json;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Images;

/// <summary>Reads an image's labels from a registry. Some tools write labels and no annotations; docker/metadata-action does so by default.</summary>
internal static class ImageLabels
{
    private const long LargestConfiguration = 8 * 1024 * 1024;

    /// <summary>Reads labels from the image configuration; for an index, from that of the first platform.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="names">The labels.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The labels that are set.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        OciRegistry registry, ImageReference repository, Manifest image, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (image.IsIndex && PlatformImage.Of(image.Manifests) is [var first, ..]) image = await registry.GetManifestAsync(repository.WithDigest(first.Manifest.Digest), cancellationToken);
        if (image.Config is not { Size: <= LargestConfiguration } descriptor) return new Dictionary<string, string>();
        using var configuration = Parse(await registry.ReadBlobAsync(repository, descriptor, cancellationToken));
        return names.ToDictionary(x => x, x => configuration?.RootElement.ForeignText("config", "Labels", x) ?? "").Where(x => x.Value.Length > 0).ToDictionary();
    }

    // An artifact's configuration may be anything.
    private static JsonDocument? Parse(byte[] content)
    {
        try
        {
            return JsonDocument.Parse(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
