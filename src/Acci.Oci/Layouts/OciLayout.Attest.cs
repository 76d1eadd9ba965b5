using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

public sealed partial class OciLayout
{
    private const string StatementType = "application/vnd.in-toto+json";
    private const string PredicateTypeAnnotation = "in-toto.io/predicate-type";

    /// <summary>
    /// Adds a statement to what the layout has about each platform, where BuildKit writes its own: as a layer of the platform's attestation manifest.
    /// Source: BuildKit, docs/attestations/attestation-storage.md.
    /// </summary>
    /// <param name="predicateType">What they state.</param>
    /// <param name="statements">The in-toto statements by platform, JSON.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The same folder, with another index.</returns>
    /// <exception cref="DeliveryException">The layout is damaged, or has no attestation manifest of a platform.</exception>
    public async Task<OciLayout> WithStatementsAsync(string predicateType, IReadOnlyDictionary<Platform, byte[]> statements, CancellationToken cancellationToken = default)
    {
        var before = await ReadManifestAsync(Root, cancellationToken);
        var manifests = before.Manifests.ToList();
        foreach (var platform in await ReadPlatformsAsync(cancellationToken))
        {
            if (platform.Attestations is not [var old]) throw new DeliveryException($"{Folder}: there is no attestation manifest of {platform.Platform}, or several.");
            var written = await ReadManifestAsync(old, cancellationToken);
            var manifest = JsonSerializer.Deserialize(written.Content.Span, ManifestJson.Default.ImageManifest)!;
            var statement = await AddAsync(StatementType, statements[platform.Platform], cancellationToken);
            var attestation = manifest with
            {
                Config = await AddAsync(written.Config!.MediaType, await WithLayerAsync(written.Config, statement.Digest, cancellationToken), cancellationToken),
                Layers = [.. manifest.Layers, statement with { Annotations = new Dictionary<string, string> { [PredicateTypeAnnotation] = predicateType } }],
            };
            var added = await AddAsync(old.MediaType, JsonSerializer.SerializeToUtf8Bytes(attestation, ManifestJson.Default.ImageManifest), cancellationToken);
            var place = manifests.FindIndex(x => x.Digest == old.Digest);
            if (place < 0)
                throw new DeliveryException($"{Folder}: {platform.Platform} stands in an index within the image's index, where no statement can be added.");
            manifests[place] = old.To(added);
        }

        var index = JsonSerializer.Deserialize(before.Content.Span, ManifestJson.Default.ImageIndex)! with
        {
            MediaType = Root.MediaType,
            Manifests = manifests,
        };
        var content = JsonSerializer.SerializeToUtf8Bytes(index, ManifestJson.Default.ImageIndex);
        var root = Root.To(await AddAsync(Root.MediaType, content, cancellationToken));
        var list = ReadJson(Path.Combine(Folder, IndexFile), ManifestJson.Default.ImageIndex);
        // buildx writes files that nobody may write to.
        File.Delete(Path.Combine(Folder, IndexFile));
        File.Delete(Path.Combine(Folder, MarkerFile));
        var manifestsOfList = list.Manifests.Select(x => x.Digest == Root.Digest ? x.To(root) : x);
        await WriteIndexAsync(Folder, list with { Manifests = [.. manifestsOfList] }, cancellationToken);
        return new OciLayout(Folder, root);
    }

    // BuildKit lists the layers of an attestation manifest in its configuration, as those of an image.
    private async Task<byte[]> WithLayerAsync(Descriptor config, Digest layer, CancellationToken cancellationToken)
    {
        var content = await File.ReadAllBytesAsync(CheckSize(config), cancellationToken);
        if (JsonNode.Parse(content) is not JsonObject document || document["rootfs"]?["diff_ids"] is not JsonArray layers) return content;
        layers.Add(layer.ToString());
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private async Task<Descriptor> AddAsync(string mediaType, byte[] content, CancellationToken cancellationToken)
    {
        var descriptor = new Descriptor { MediaType = mediaType, Digest = Digest.Of(content), Size = content.Length };
        if (NewBlobPath(Folder, descriptor.Digest) is var file && !File.Exists(file)) await File.WriteAllBytesAsync(file, content, cancellationToken);
        return descriptor;
    }
}
