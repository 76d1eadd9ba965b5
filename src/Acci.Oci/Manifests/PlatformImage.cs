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

    /// <summary>
    /// The platforms of an index. Attestations stand in it as <c>unknown/unknown</c>, and name by annotation what they are about.
    /// Source: BuildKit, docs/attestations/attestation-storage.md.
    /// </summary>
    public static IReadOnlyList<PlatformImage> Of(IReadOnlyList<Descriptor> manifests)
    {
        var attestations = manifests
            .Where(x => Annotation(x, ReferenceType) == Attestation)
            .ToLookup(x => Annotation(x, ReferenceDigest));
        return
        [
            .. from manifest in manifests
               let platform = manifest.Platform
               where platform is not null && Annotation(manifest, ReferenceType) is null && MediaTypes.IsManifest(manifest.MediaType)
               select new PlatformImage(platform, manifest, [.. attestations[manifest.Digest.ToString()]]),
        ];
    }

    private static string? Annotation(Descriptor descriptor, string key) => descriptor.Annotations?.GetValueOrDefault(key);
}
