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
    public static IReadOnlyList<PlatformImage> Of(IReadOnlyList<Descriptor> manifests)
    {
        var attestations = manifests.Where(IsAttestation).ToLookup(x => Annotation(x, ReferenceDigest));
        return
        [
            .. from manifest in manifests
               let platform = manifest.Platform
               where platform is not null && IsImage(manifest)
               select new PlatformImage(platform, manifest, [.. attestations[manifest.Digest.ToString()]]),
        ];
    }

    /// <summary>What stands in an index and is neither a platform's image nor an attestation: an image without a platform, an index, an artifact.</summary>
    public static IEnumerable<Descriptor> OthersIn(IEnumerable<Descriptor> manifests) => manifests.Where(x => !IsImage(x) && !IsAttestation(x));

    // What has a platform is run by engines, whatever annotations call it.
    private static bool IsImage(Descriptor descriptor) => HasPlatform(descriptor) && MediaTypes.IsManifest(descriptor.MediaType);

    private static bool IsAttestation(Descriptor descriptor) => !HasPlatform(descriptor) && Annotation(descriptor, ReferenceType) == Attestation;

    private static bool HasPlatform(Descriptor descriptor) => descriptor.Platform is { } platform && platform != Unknown;

    private static string? Annotation(Descriptor descriptor, string key) => descriptor.Annotations?.GetValueOrDefault(key);
}
