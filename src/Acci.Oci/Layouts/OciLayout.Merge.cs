using System.Text.Json;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

public sealed partial class OciLayout
{
    /// <summary>
    /// Writes a layout of an image whose platforms were built into layouts of their own: with the index that one build of all of them would have, and each platform's
    /// manifest as it is.
    /// </summary>
    /// <param name="folder">The new layout's folder.</param>
    /// <param name="parts">The layouts. Their indexes say the same of the image.</param>
    /// <param name="order">The order that platforms have in the index.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DeliveryException">A part is damaged, or a platform is missing.</exception>
    public static async Task<OciLayout> MergeAsync(string folder, IReadOnlyList<OciLayout> parts, IReadOnlyList<Platform> order, CancellationToken cancellationToken = default)
    {
        var built = new List<PlatformImage>();
        foreach (var part in parts)
        {
            var content = await part.ReadContentAsync(cancellationToken);
            foreach (var descriptor in content.Manifests.SkipLast(1).Select(x => x.Descriptor).Concat(content.Blobs))
            {
                var (source, target) = (part.CheckSize(descriptor), NewBlobPath(folder, descriptor.Digest));
                // buildx writes files that nobody may write to, and several parts may have one.
                if (!File.Exists(target)) File.Copy(source, target);
            }

            built.AddRange(await part.ReadPlatformsAsync(cancellationToken));
        }

        var images = order.Select(x => built.SingleOrDefault(image => image.Platform == x) ?? throw new DeliveryException($"{folder}: no part holds {x}.")).ToList();
        var first = await parts[0].ReadManifestAsync(parts[0].Root, cancellationToken);
        var before = first.IsIndex ? JsonSerializer.Deserialize(first.Content.Span, ManifestJson.Default.ImageIndex)! : new ImageIndex();
        var index = JsonSerializer.SerializeToUtf8Bytes(before with
        {
            MediaType = MediaTypes.ImageIndex,
            // Attestations follow the platforms, as BuildKit has it.
            Manifests = [.. images.Select(x => x.Manifest with { Platform = x.Platform }), .. images.SelectMany(x => x.Attestations)],
        }, ManifestJson.Default.ImageIndex);
        var root = new Descriptor { MediaType = MediaTypes.ImageIndex, Digest = Digest.Of(index), Size = index.Length };
        await File.WriteAllBytesAsync(NewBlobPath(folder, root.Digest), index, cancellationToken);
        await WriteIndexAsync(folder, new ImageIndex { MediaType = MediaTypes.ImageIndex, Manifests = [root] }, cancellationToken);
        return new OciLayout(Path.GetFullPath(folder), root);
    }
}
