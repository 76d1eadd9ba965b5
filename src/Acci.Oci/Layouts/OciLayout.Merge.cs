using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

public sealed partial class OciLayout
{
    /// <summary>
    /// Writes a layout of an image whose platforms were built into layouts of their own: with the index that one build of all of them would have, and
    /// each platform's manifest as it is.
    /// </summary>
    /// <param name="folder">The new layout's folder.</param>
    /// <param name="parts">The layouts. Their indexes say the same of the image.</param>
    /// <param name="order">The order that platforms have in the index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">A part is damaged, or a platform is missing.</exception>
    public static Task<OciLayout> MergeAsync(
        string folder, IReadOnlyList<OciLayout> parts, IReadOnlyList<Platform> order, CancellationToken cancellationToken = default) =>
        MergeAsync(folder, parts, order, null, cancellationToken);

    /// <inheritdoc cref="MergeAsync(string, IReadOnlyList{OciLayout}, IReadOnlyList{Platform}, CancellationToken)"/>
    /// <param name="folder">The new layout's folder.</param>
    /// <param name="parts">The layouts. Their indexes say the same of the image.</param>
    /// <param name="order">The order that platforms have in the index.</param>
    /// <param name="annotations">Annotations of the index; null means those of the first part.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<OciLayout> MergeAsync(
        string folder,
        IReadOnlyList<OciLayout> parts,
        IReadOnlyList<Platform> order,
        IReadOnlyDictionary<string, string>? annotations,
        CancellationToken cancellationToken = default)
    {
        var built = new List<PlatformImage>();
        foreach (var part in parts)
        {
            var content = await part.ReadContentAsync(cancellationToken);
            foreach (var descriptor in content.Manifests.SkipLast(1).Select(x => x.Descriptor).Concat(content.Blobs))
            {
                var (source, target) = (part.CheckSize(descriptor), NewBlobPath(folder, descriptor.Digest));
                // buildx writes files that nobody may write to, and several parts may have one.
                if (File.Exists(target)) continue;
                File.Copy(source, target);
                // What is taken is looked at, and not what it was taken from.
                await using var copy = File.OpenRead(target);
                CheckDigest(source, descriptor, await descriptor.Digest.RecomputeAsync(copy, cancellationToken));
            }

            built.AddRange(await part.ReadPlatformsAsync(cancellationToken));
        }

        var images = order.Select(
            x => built.SingleOrDefault(image => image.Platform == x) ?? throw new DeliveryException($"{folder}: no part holds {x}.")).ToList();
        var indexes = new List<Manifest>();
        foreach (var part in parts) indexes.Add(await part.ReadManifestAsync(part.Root, cancellationToken));
        // Attestations follow the platforms, as BuildKit has it.
        List<Descriptor> manifests = [.. images.Select(x => x.Manifest with { Platform = x.Platform }), .. images.SelectMany(x => x.Attestations)];
        var index = MergedIndex.Write(indexes, manifests, annotations);
        var root = new Descriptor { MediaType = MediaTypes.ImageIndex, Digest = Digest.Of(index), Size = index.Length };
        await File.WriteAllBytesAsync(NewBlobPath(folder, root.Digest), index, cancellationToken);
        await WriteIndexAsync(folder, new ImageIndex { MediaType = MediaTypes.ImageIndex, Manifests = [root] }, cancellationToken);
        return new OciLayout(Path.GetFullPath(folder), root);
    }
}
