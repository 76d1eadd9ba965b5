using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>Where an image is pushed from: a layout, or another registry.</summary>
internal interface IContentSource
{
    /// <summary>The most that an image from here may consist of.</summary>
    ContentLimit Limit(Descriptor root, long mostBytes) => new($"The image {root.Digest}", mostBytes);

    /// <summary>Reads a manifest; its bytes have the descriptor's digest.</summary>
    Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>Opens a blob from this byte on.</summary>
    Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Called when a registry said that what it got does not have the blob's digest: throws when it is this source that is damaged, and sending it again is
    /// no use.
    /// </summary>
    Task VerifyBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);
}
