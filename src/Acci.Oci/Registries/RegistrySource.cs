using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>A repository that an image is copied from.</summary>
internal sealed class RegistrySource(OciRegistry registry, ImageReference repository) : IContentSource
{
    public Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        registry.GetManifestAsync(repository.WithDigest(descriptor.Digest), cancellationToken);

    public async Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.OpenBlobAsync(repository, descriptor, offset, cancellationToken);
        }
        catch (RegistryException exception)
        {
            // Not to be taken for an answer of the registry that the blob goes to.
            throw new DeliveryException(exception.Message, exception);
        }
    }

    // Whether its own registry hands it out damaged, or the way to the other one damaged it, is seen by fetching it anew.
    public Task VerifyBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        registry.DownloadBlobAsync(repository, descriptor, Stream.Null, cancellationToken);
}
