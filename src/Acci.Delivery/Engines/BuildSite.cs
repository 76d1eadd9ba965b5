using Acci.Delivery.Images;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>Where some platforms of the images are built.</summary>
/// <param name="Engine">The engine, with the builder to use.</param>
/// <param name="Platforms">The platforms; none means all of each image.</param>
public sealed record BuildSite(DockerEngine Engine, IReadOnlyList<Platform> Platforms)
{
    /// <summary>How messages call it; null where it is the only one.</summary>
    public string? Name { get; init; }

    /// <summary>The platforms whose programs run there, as it says.</summary>
    public string Runs { get; init; } = "";

    /// <summary>An image's platforms that are built there, in the image's order.</summary>
    public IReadOnlyList<Platform> PlatformsOf(ImageDefinition image) => Platforms.Count == 0 ? image.Platforms : [.. image.Platforms.Intersect(Platforms)];
}
