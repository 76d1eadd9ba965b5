namespace Acci.Oci.Manifests;

/// <summary>One platform's part of an image.</summary>
/// <param name="Platform">What it runs on.</param>
/// <param name="Manifest">Its image manifest.</param>
/// <param name="Attestations">The attestation manifests about it: provenance, SBOM.</param>
public sealed record PlatformImage(Platform Platform, Descriptor Manifest, IReadOnlyList<Descriptor> Attestations)
{
    private const string ReferenceType = "vnd.docker.reference.type";
    private const string ReferenceDigest = "vnd.docker.reference.digest";
    private const string Attestation = "attestation-manifest";

    private static readonly Platform Unknown = new("unknown", "unknown");

    /// <summary>
    /// The platforms of an index. Attestations stand in it as <c>unknown/unknown</c>, and name by annotation what they are about.
    /// Source: BuildKit, docs/attestations/attestation-storage.md.
    /// </summary>
    public static IReadOnlyList<PlatformImage> Of(IReadOnlyList<Descriptor> manifests) =>
        [.. manifests.Where(IsImage).Select(x => Of(x.Platform!, x, manifests))];

    /// <summary>The platform of one manifest of an index.</summary>
    /// <param name="platform">What it runs on.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="manifests">All of the index.</param>
    internal static PlatformImage Of(Platform platform, Descriptor manifest, IEnumerable<Descriptor> manifests) =>
        new(platform, manifest, [.. manifests.Where(x => IsAttestation(x) && Annotation(x, ReferenceDigest) == manifest.Digest.ToString())]);

    /// <summary>What stands in an index and is neither a platform's image nor an attestation: an image without a platform, an index, an artifact.</summary>
    public static IEnumerable<Descriptor> OthersIn(IEnumerable<Descriptor> manifests) => manifests.Where(x => !IsImage(x) && !IsAttestation(x));

    /// <summary>Why the platforms of an index are not all that engines may run of it, as the end of a sentence; null where they are, and each is there once.</summary>
    public static string? ProblemOf(IReadOnlyList<Descriptor> manifests)
    {
        var images = Of(manifests);
        return OthersIn(manifests).FirstOrDefault() is { } other ? $"{other.Digest} in its index is neither an image with a platform nor an attestation"
            : images.Count == 0 ? "its index names no platform"
            : images.GroupBy(x => x.Platform.Slug).FirstOrDefault(x => x.Count() > 1) is { } same
                ? $"its index has several images for {same.First().Platform}: {string.Join(", ", same.Select(x => x.Manifest.Digest))}"
            : null;
    }

    // What has a platform is run by engines, whatever annotations call it. So is what has none: they look into it. And they look into an index in an index.
    // Source: containerd, core/images, Manifest.
    internal static bool IsImage(Descriptor descriptor) => descriptor.Platform is { } platform && platform != Unknown
        && MediaTypes.IsManifest(descriptor.MediaType) && !MediaTypes.IsIndex(descriptor.MediaType);

    private static bool IsAttestation(Descriptor descriptor) => descriptor.Platform == Unknown
        && MediaTypes.IsManifest(descriptor.MediaType) && !MediaTypes.IsIndex(descriptor.MediaType) && Annotation(descriptor, ReferenceType) == Attestation;

    private static string? Annotation(Descriptor descriptor, string key) => descriptor.Annotations?.GetValueOrDefault(key);
}
