using System.Text.Json;

namespace Acci.Oci.Manifests;

/// <summary>A manifest or an index: its bytes, as they were written, and what they say.</summary>
public sealed class Manifest
{
    // Source: OCI image specification 1.1, sections "Image Manifest", "Image Index" and "Content Descriptors".
    private static readonly Dictionary<string, string> Names =
        new[] { "schemaVersion", "mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations", "digest", "size", "urls", "data", "platform" }
            .ToDictionary(x => x.ToLowerInvariant());

    private readonly ImageIndex? _index;
    private readonly ImageManifest? _image;

    private Manifest(ReadOnlyMemory<byte> content, string mediaType, Digest? digest, ImageIndex? index, ImageManifest? image)
    {
        Content = content;
        _index = index;
        _image = image;
        Descriptor = new Descriptor
        {
            MediaType = mediaType,
            Digest = digest ?? Digest.Of(content.Span),
            Size = content.Length,
            ArtifactType = image is null ? index!.ArtifactType : image.ArtifactType ?? image.Config?.MediaType,
            Annotations = image is null ? index!.Annotations : image.Annotations,
        };
    }

    /// <summary>The bytes, never written anew: the digest is theirs.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>What points at this manifest, as the referrers API describes it: with its artifact type and annotations.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>The digest of the bytes.</summary>
    public Digest Digest => Descriptor.Digest;

    /// <summary>The manifest's type.</summary>
    public string MediaType => Descriptor.MediaType;

    /// <summary>Whether this is an index.</summary>
    public bool IsIndex => _index is not null;

    /// <summary>The manifests that an index names; of an image manifest, none.</summary>
    public IReadOnlyList<Descriptor> Manifests => _index?.Manifests ?? [];

    /// <summary>Configuration and layers of an image manifest; of an index, none.</summary>
    public IReadOnlyList<Descriptor> Blobs => _image is null ? [] : _image.Config is { } config ? [config, .. _image.Layers] : _image.Layers;

    /// <summary>The image's configuration; none in an index.</summary>
    public Descriptor? Config => _image?.Config;

    /// <summary>The manifest that this one says something about.</summary>
    public Descriptor? Subject => _image is null ? _index?.Subject : _image.Subject;

    /// <summary>Remarks.</summary>
    public IReadOnlyDictionary<string, string> Annotations => Descriptor.Annotations ?? new Dictionary<string, string>();

    /// <summary>Reads a manifest.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="mediaType">The type under which it was found, for those that do not state their own.</param>
    /// <param name="where">Where it was found, for the error message.</param>
    /// <param name="digest">The digest by which it is named, which its bytes have; their sha256 where none is given.</param>
    /// <exception cref="DeliveryException">
    /// The bytes are no manifest, or others may read another one in them. Source: advisories GHSA-mc8v-mgrf-8f4m and GHSA-77vh-xpmg-72qh.
    /// </exception>
    public static Manifest Parse(ReadOnlyMemory<byte> content, string? mediaType, string where, Digest? digest = null)
    {
        try
        {
            // Both forms are read in the same lenient way; the properties there are say which one it is when no type does.
            var index = JsonSerializer.Deserialize(content.Span, ManifestJson.Default.ImageIndex)?.EnsureComplete() ?? new ImageIndex();
            var type = index.MediaType ?? (mediaType is not null && MediaTypes.IsManifest(mediaType) ? mediaType
                : index.Manifests.Count > 0 ? MediaTypes.ImageIndex : MediaTypes.ImageManifest);
            if (!MediaTypes.IsManifest(type)) throw new DeliveryException($"{where} is of type '{ShownText.Of(type)}', not a manifest.");
            if (mediaType is not null && MediaTypes.IsManifest(mediaType) && mediaType != type)
                throw new DeliveryException($"{where} says that it is of type '{ShownText.Of(type)}', and it was found as '{mediaType}'. Build and push it again.");
            var image = JsonSerializer.Deserialize(content.Span, ManifestJson.Default.ImageManifest)?.EnsureComplete();
            var root = JsonElement.Parse(content.Span);
            if (HasBothLists(root))
            {
                throw new DeliveryException(
                    $"{where} is an index and an image manifest at once: it has 'manifests', and 'config' or 'layers'. Build and push it again.");
            }

            if (FindAmbiguousName(root) is { } name)
                throw new DeliveryException($"{where} has the name '{name}', and twice or not as the specification writes it: programs read different things in that. Build and push it again.");
            if (MediaTypes.IsIndex(type)) return new Manifest(content, type, digest, index, null);
            return image?.Config is null
                ? throw new DeliveryException($"{where} is not an image manifest: it names no config.")
                : new Manifest(content, type, digest, null, image);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second of these is about a name that is no text.
            throw new DeliveryException($"{where} is not a manifest: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    // Whatever is in them, in any case, and whichever of several.
    private static bool HasBothLists(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return false;
        var names = root.EnumerateObject().Where(x => x.Value.ValueKind != JsonValueKind.Null).Select(x => Folded(x.Name)).ToHashSet();
        return names.Contains("manifests") && names.Overlaps(["config", "layers"]);
    }

    private static string? FindAmbiguousName(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().Select(FindAmbiguousName).FirstOrDefault(x => x is not null);
        if (element.ValueKind != JsonValueKind.Object) return null;
        var seen = new HashSet<string>();
        foreach (var property in element.EnumerateObject())
        {
            var folded = Folded(property.Name);
            if (!seen.Add(folded) || (Names.TryGetValue(folded, out var name) && name != property.Name)) return property.Name;
            // The names of annotations are their authors'.
            if (folded != "annotations" && FindAmbiguousName(property.Value) is { } inner) return inner;
        }

        return null;
    }

    // Programs in Go do not tell the case of names apart, nor two letters that Unicode folds. Source: Go, encoding/json, fold.go.
    private static string Folded(string name) => name.ToLowerInvariant().Replace('\u017F', 's').Replace('\u212A', 'k');
}
