using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>Where a base image was found.</summary>
public enum BaseImageSource
{
    /// <summary>In the mirror that was named.</summary>
    Mirror,

    /// <summary>Where its name says.</summary>
    Upstream,

    /// <summary>Nowhere: it was made from the distribution's packages.</summary>
    StandIn,
}

/// <summary>A base image, and what the build really starts from.</summary>
/// <param name="Name">The name in the Dockerfile.</param>
/// <param name="Actual">What stands for it, by digest.</param>
/// <param name="Source">Where that was found.</param>
public sealed record ResolvedBaseImage(ImageReference Name, ImageReference Actual, BaseImageSource Source)
{
    /// <summary>The folder of the OCI layout that has it; null where a registry has it.</summary>
    public string? Layout { get; init; }

    /// <summary>The address by which BuildKit gets it. Layouts travel over the build's own connection, to wherever it leads.</summary>
    public string Address => Layout is null ? $"docker-image://{Actual}" : $"oci-layout://{Layout}@{Actual.Digest}";
}
