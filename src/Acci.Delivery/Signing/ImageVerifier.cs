using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>Verifies an image where it is published, as a consumer would: from the registry, with what the signer is known by.</summary>
/// <param name="Cosign">What verifies.</param>
/// <param name="Registry">The registry that has the image.</param>
public sealed record ImageVerifier(Cosign Cosign, OciRegistry Registry)
{
    /// <summary>
    /// Verifies the signatures of the image and of each platform, and that each platform's bill of materials and provenance are attested.
    /// </summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="signer">Who must have signed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="CommandFailedException">One is missing or not valid.</exception>
    /// <exception cref="DeliveryException">The registry does not have the image, or not with these bytes.</exception>
    public async Task VerifyAsync(ImageReference image, ExpectedSigner signer, CancellationToken cancellationToken)
    {
        var root = await Registry.GetManifestAsync(image, cancellationToken);
        Digest[] platforms = root.IsIndex ? [.. PlatformImage.Of(root.Manifests).Select(x => x.Manifest.Digest).Distinct()] : [root.Digest];
        if (platforms.Length == 0) throw new DeliveryException($"{image} is no image: its index names no platform.");
        var checks = platforms.Append(root.Digest).Distinct().Select(digest => (Digest: digest, Type: (PredicateType?)null))
            .Concat(from digest in platforms from type in PredicateType.All select (Digest: digest, Type: (PredicateType?)type));
        await Parallel.ForEachAsync(checks, cancellationToken, async (check, token) =>
        {
            var reference = image.WithDigest(check.Digest);
            if (check.Type is { } type) await Cosign.VerifyAttestationAsync(reference, type, signer, token);
            else await Cosign.VerifyAsync(reference, signer, token);
        });
    }
}
