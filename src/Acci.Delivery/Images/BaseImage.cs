using Acci.Oci;

namespace Acci.Delivery.Images;

/// <summary>An image that a Dockerfile starts from.</summary>
/// <param name="Reference">
/// Where it comes from, in the words of the Dockerfile's <c>FROM</c>: builds replace it by a mirror or a stand-in under exactly this text.
/// </param>
public sealed record BaseImage(ImageReference Reference)
{
    /// <summary>
    /// The platforms it has to exist for: those of the final image for a runtime, the build machine's own for an SDK. None means every platform of the image.
    /// </summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];
}
