using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>What a push or a copy did.</summary>
/// <param name="Root">The image, as it can be pulled from the registry now.</param>
/// <param name="BlobsSent">Blobs that were sent.</param>
/// <param name="BytesSent">Their size in bytes.</param>
/// <param name="BlobsMounted">Blobs that the registry took from another of its repositories.</param>
/// <param name="BlobsPresent">Blobs that were there before.</param>
public sealed record PushResult(Descriptor Root, int BlobsSent, long BytesSent, int BlobsMounted, int BlobsPresent)
{
    /// <summary>What refers to a copied image and was not copied, and why: it is damaged, or the other registry does not take it, or has something else in its place.</summary>
    public IReadOnlyList<string> PassedOver { get; init; } = [];

    /// <summary>The image's digest.</summary>
    public Digest Digest => Root.Digest;
}
