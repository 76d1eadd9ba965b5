using System.Text;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>
/// Logins in a provenance, which everybody can read who can pull the image. BuildKit writes build arguments into it, docker's proxies among them. Source: BuildKit,
/// docs/attestations/slsa-provenance.md; buildx, build/opt.go.
/// </summary>
internal static class ProvenanceLogins
{
    private const string TypeAnnotation = "in-toto.io/predicate-type";
    private const string OfProvenance = "https://slsa.dev/provenance/";
    private const long Largest = 256 * 1024 * 1024;

    /// <summary>Makes sure that a statement has none.</summary>
    /// <param name="image">The image, for the message.</param>
    /// <param name="platform">Its platform.</param>
    /// <param name="statement">The statement, JSON.</param>
    /// <exception cref="DeliveryException">It has one.</exception>
    public static void EnsureNone(string image, Platform platform, ReadOnlySpan<byte> statement)
    {
        if (!Redaction.HasLogin(Encoding.UTF8.GetString(statement))) return;
        throw new DeliveryException(
            $"{image} does not leave this machine: the provenance of {platform} has an address with a login in it, which everybody could read. Use one without a login, such as for "
            + "a proxy (`proxies` in docker's config.json), and run BuildImages again.");
    }

    /// <summary>Makes sure that the provenances of an image in a registry have none.</summary>
    /// <exception cref="DeliveryException">One has; or it cannot be read.</exception>
    public static async Task EnsureNoneAsync(OciRegistry registry, ImageReference image, Manifest root, CancellationToken cancellationToken)
    {
        foreach (var (platform, attestation) in PlatformImage.Of(root.Manifests).SelectMany(x => x.Attestations.Select(attestation => (x.Platform, attestation))))
        {
            var manifest = await registry.GetManifestAsync(image.WithDigest(attestation.Digest), cancellationToken);
            foreach (var layer in manifest.Blobs.Where(x => x.Annotations?.GetValueOrDefault(TypeAnnotation)?.StartsWith(OfProvenance, StringComparison.Ordinal) is true && x.Size <= Largest))
            {
                using var content = new MemoryStream();
                await registry.DownloadBlobAsync(image, layer, content, cancellationToken);
                EnsureNone($"{image}", platform, content.ToArray());
            }
        }
    }
}
