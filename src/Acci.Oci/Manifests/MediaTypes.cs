namespace Acci.Oci.Manifests;

/// <summary>The media types of manifests. Sources: OCI image specification 1.1, media-types.md; Docker's image manifest version 2, schema 2.</summary>
public static class MediaTypes
{
    /// <summary>An OCI image index: one manifest per platform.</summary>
    public const string ImageIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image manifest: one platform's configuration and layers, or an artifact.</summary>
    public const string ImageManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Docker's form of an index.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker's form of an image manifest.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    private const string ImageConfig = "application/vnd.oci.image.config.v1+json";
    private const string DockerImageConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>
    /// Every manifest this client understands. All have to be named in a request: what a registry has under a type not named, it does not show, or converts.
    /// </summary>
    public static IReadOnlyList<string> Manifests { get; } = [ImageIndex, ImageManifest, DockerManifestList, DockerManifest];

    /// <summary>Whether this is an index of either form.</summary>
    public static bool IsIndex(string mediaType) => mediaType is ImageIndex or DockerManifestList;

    /// <summary>Whether this is the configuration of an image, and not an artifact's.</summary>
    internal static bool IsImageConfig(string mediaType) => mediaType is ImageConfig or DockerImageConfig;

    /// <summary>Whether this may be a manifest's type, also one of a form that this client does not understand; a web page's and plain JSON's are none.</summary>
    internal static bool MayBeManifest(string mediaType) => mediaType.StartsWith("application/vnd.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this is a manifest or an index of either form, and so content that is walked, not only carried.</summary>
    public static bool IsManifest(string mediaType) => Manifests.Contains(mediaType);
}
