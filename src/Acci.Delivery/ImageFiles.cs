using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Oci.Layouts;

namespace Acci.Delivery;

/// <summary>Where the artifacts of a build's images lie.</summary>
/// <param name="options">What was set.</param>
internal sealed class ImageFiles(DeliveryOptions options)
{
    /// <summary>What builds the images, and knows the folders of their layouts.</summary>
    public ImageBuilder Builder { get; } = new(options.Root, options.Artifacts);

    /// <summary>The public half of the signing key, for those who verify.</summary>
    public string PublicKey { get; } = Path.Combine(options.Artifacts, "publish", "cosign.pub");

    /// <summary>The record of an image's publish.</summary>
    public string RecordOf(ImageDefinition image) => Path.Combine(options.Artifacts, "publish", $"{image.Name}.json");

    /// <summary>An image that was built.</summary>
    public Task<OciLayout> LayoutAsync(ImageDefinition image, CancellationToken cancellationToken) => OciLayout.OpenAsync(Builder.LayoutOf(image), cancellationToken);
}
