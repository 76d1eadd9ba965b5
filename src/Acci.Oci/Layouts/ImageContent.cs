using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>Everything that belongs to one image, as its root names it.</summary>
/// <param name="Manifests">Each manifest once, children before those that name them; the root is last.</param>
/// <param name="Blobs">Configurations and layers, each once.</param>
public sealed record ImageContent(IReadOnlyList<Manifest> Manifests, IReadOnlyList<Descriptor> Blobs)
{
    /// <summary>The manifest that names all others.</summary>
    public Manifest Root => Manifests[^1];

    /// <summary>The size of all blobs together in bytes.</summary>
    public long BlobSize => Blobs.Sum(blob => blob.Size);

    // More than any image has, and small enough that sizes can be added up.
    private const long MostBytes = 1L << 50;

    /// <summary>Walks an image from its root down.</summary>
    /// <exception cref="DeliveryException">It is damaged, cannot be read, or is too much.</exception>
    internal static async Task<ImageContent> WalkAsync(IContentSource source, Descriptor root, CancellationToken cancellationToken, ContentLimit? limit = null)
    {
        limit ??= source.Limit(root, MostBytes);
        var manifests = new List<Manifest>();
        var blobs = new Dictionary<Digest, Descriptor>();
        var seen = new HashSet<Digest>();
        var (bytes, manifestBytes) = (0L, 0L);
        await VisitAsync(root, 0);
        return new ImageContent(manifests, [.. blobs.Values]);

        async Task VisitAsync(Descriptor descriptor, int level)
        {
            if (!seen.Add(descriptor.Digest)) return;
            limit.Enter(level);
            var manifest = await source.ReadManifestAsync(descriptor, cancellationToken);
            manifestBytes = limit.Add(manifest, manifestBytes);
            foreach (var child in manifest.Manifests)
            {
                // An index may name content that is no manifest; it is carried as a blob would be.
                if (MediaTypes.IsManifest(child.MediaType)) await VisitAsync(child, level + 1);
                else Add(child);
            }

            foreach (var blob in manifest.Blobs) Add(blob);
            manifests.Add(manifest);
        }

        void Add(Descriptor blob)
        {
            if (blobs.TryAdd(blob.Digest, blob)) bytes = limit.Add(blob, bytes);
        }
    }
}
