using System.Globalization;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Compares the commit times of two images.</summary>
internal sealed class CommitOrder(RegistrySet registries)
{
    private const string Created = "org.opencontainers.image.created";

    /// <summary>Whether the first image has the newer commit; false if either image states no time.</summary>
    public async Task<bool> IsNewerAsync(ImageReference repository, Digest one, Digest other, CancellationToken cancellationToken) =>
        await CreatedAsync(repository.WithDigest(one), cancellationToken) > await CreatedAsync(repository.WithDigest(other), cancellationToken);

    private async Task<DateTimeOffset?> CreatedAsync(ImageReference image, CancellationToken cancellationToken) =>
        await registries.Of(image).FindManifestAsync(image, cancellationToken) is { } manifest
        && DateTimeOffset.TryParse(manifest.Annotations.GetValueOrDefault(Created), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : null;
}
