using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>The digests that base images are pinned to: <c>deploy/locks/images.json</c>, an object of reference → digest, null where none was recorded yet.</summary>
public sealed class ImageLocks
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, Digest?> _digests;

    private ImageLocks(Dictionary<string, Digest?> digests) => _digests = digests;

    /// <summary>Reads the file.</summary>
    /// <exception cref="DeliveryException">It is not there, or not of that form; the message names the entry.</exception>
    public static ImageLocks Read(string file)
    {
        if (!File.Exists(file)) throw new DeliveryException($"{file} is missing: it pins the digests of the base images.");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return new ImageLocks(document.RootElement.EnumerateObject().ToDictionary(
                entry => entry.Name,
                entry => entry.Value.ValueKind == JsonValueKind.Null ? (Digest?)null
                    : Digest.TryParse(entry.Value.GetString() ?? "", out var digest, out var problem) ? digest
                    : throw new DeliveryException($"{file}, '{entry.Name}': this is not a digest: {problem}."),
                StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new DeliveryException($"{file} is not an object of references and digests: {exception.Message}", exception);
        }
    }

    /// <summary>Every reference with its digest, by name.</summary>
    public IReadOnlyDictionary<ImageReference, Digest?> All => _digests.OrderBy(x => x.Key, StringComparer.Ordinal).ToDictionary(x => ImageReference.Parse(x.Key), x => x.Value);

    /// <summary>The file's text with these digests in it.</summary>
    public static string ToJson(IEnumerable<KeyValuePair<ImageReference, Digest?>> digests) => JsonSerializer.Serialize(
        new SortedDictionary<string, string?>(digests.ToDictionary(x => x.Key.ToString(), x => x.Value?.ToString()), StringComparer.Ordinal), Readable) + "\n";

    /// <summary>Where an image is to be had by the digest it is pinned to: under its own name, or in the mirror; null where it is not pinned.</summary>
    public ImageReference? PinnedIn(string? mirror, ImageReference reference) => DigestOf(reference) is { } digest ? BaseImages.PlaceOf(reference, mirror).WithDigest(digest) : null;

    /// <summary>The digest this reference is pinned to, or null.</summary>
    public Digest? DigestOf(ImageReference reference) => _digests.GetValueOrDefault(reference.ToString());
}
