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
    /// <param name="root">Where the build is started: the repository's root.</param>
    /// <exception cref="DeliveryException">The layout's folder is one that no address can name.</exception>
    public string AddressFrom(string root) => Layout is null ? $"docker-image://{Actual}" : $"oci-layout://{PathFrom(root, Layout)}@{Actual.Digest}";

    // The path ends at the first of these, whatever follows it. Source: buildx, build/opt.go.
    private static string PathFrom(string root, string layout) => new[] { layout, Path.GetRelativePath(root, layout) }.FirstOrDefault(x => x.IndexOfAny(['@', ':']) < 0)
        ?? throw new DeliveryException($"BuildKit cannot read stand-ins from {layout}: the address of a layout must have no '@' and no ':'. Name another folder for the cache with ACCI_CACHE.");
}
