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

    /// <summary>Walks an image from its root down.</summary>
    internal static async Task<ImageContent> WalkAsync(IContentSource source, Descriptor root, CancellationToken cancellationToken)
    {
        var manifests = new List<Manifest>();
        var blobs = new Dictionary<Digest, Descriptor>();
        var seen = new HashSet<Digest>();
        await VisitAsync(root);
        return new ImageContent(manifests, [.. blobs.Values]);

        async Task VisitAsync(Descriptor descriptor)
        {
            if (!seen.Add(descriptor.Digest)) return;
            var manifest = await source.ReadManifestAsync(descriptor, cancellationToken);
            foreach (var child in manifest.Manifests)
            {
                // An index may name content that is no manifest; it is carried as a blob would be.
                if (MediaTypes.IsManifest(child.MediaType)) await VisitAsync(child);
                else blobs.TryAdd(child.Digest, child);
            }

            foreach (var blob in manifest.Blobs) blobs.TryAdd(blob.Digest, blob);
            manifests.Add(manifest);
        }
    }
}
