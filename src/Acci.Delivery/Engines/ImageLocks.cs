using System.Text.Json;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>The digests that base images are pinned to: an object of reference → digest, null where none was recorded yet.</summary>
public sealed class ImageLocks
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, Digest?> _digests;

    // By the one name that all spellings of an image have.
    private readonly Dictionary<string, Digest?> _pins;

    private readonly string _name;
    private readonly bool _exists;
    private bool _saidMissing;

    private ImageLocks(string name, Dictionary<string, Digest?> digests, bool exists = true)
    {
        (_name, _digests, _exists) = (name, digests, exists);
        var images = digests.GroupBy(x => ImageReference.Parse(x.Key).ToContextName(), StringComparer.Ordinal).ToList();
        if (images.FirstOrDefault(x => x.Select(pin => pin.Value).OfType<Digest>().Distinct().Count() > 1) is { } image)
        {
            throw new DeliveryException(
                $"{name}: {string.Join(" and ", image.Select(x => x.Key))} are one image, pinned to different digests. Leave one of them.");
        }

        _pins = images.ToDictionary(x => x.Key, x => x.Select(pin => pin.Value).FirstOrDefault(digest => digest is not null));
    }

    /// <summary>Nothing is pinned.</summary>
    public static ImageLocks None { get; } = new("", []);

    /// <summary>Reads the file. Without one nothing is pinned.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="DeliveryException">It is not of that form; the message names the entry.</exception>
    public static ImageLocks Read(string file, string? name = null)
    {
        if (!InputFile.Exists(file)) return new ImageLocks(name ?? file, [], exists: false);
        try
        {
            using var document = JsonDocument.Parse(InputFile.Read(file, 4 * 1024 * 1024));
            return new ImageLocks(name ?? file, document.RootElement.EnumerateObject().ToDictionary(
                entry => ImageReference.TryParse(entry.Name, out _, out var wrong) ? entry.Name
                    : throw new DeliveryException(
                        $"{file}, '{Redaction.Beginning(SafeText.Terminal(entry.Name), 300)}': this is not an image reference: {wrong}."),
                entry => entry.Value.ValueKind == JsonValueKind.Null ? (Digest?)null
                    : Digest.TryParse(entry.Value.GetString() ?? "", out var digest, out var problem) ? digest
                    : throw new DeliveryException($"{file}, '{entry.Name}': this is not a digest: {problem}."),
                StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            var problem = exception is JsonException json ? JsonProblem.TextOf(json) : "its content is not valid";
            throw new DeliveryException($"{file} is not an object of references and digests: {problem}.", exception);
        }
    }

    /// <summary>Every reference with its digest, by name.</summary>
    public IReadOnlyDictionary<ImageReference, Digest?> All => _digests.OrderBy(x => x.Key, StringComparer.Ordinal).ToDictionary(x => ImageReference.Parse(x.Key), x => x.Value);

    /// <summary>The file's text with these digests in it.</summary>
    public static string ToJson(IEnumerable<KeyValuePair<ImageReference, Digest?>> digests) => JsonSerializer.Serialize(
        new SortedDictionary<string, string?>(digests.ToDictionary(x => x.Key.ToString(), x => x.Value?.ToString()), StringComparer.Ordinal), Readable) + "\n";

    /// <summary>Where an image is pulled from: under its own name or in the mirror, by its digest if it is pinned.</summary>
    public ImageReference PlaceIn(string? mirror, ImageReference reference) =>
        BaseImages.PlaceOf(reference, mirror) is var place && DigestOf(reference) is { } digest ? place.WithDigest(digest) : place;

    /// <summary>These, and the references that they lack, pinned to nothing yet.</summary>
    public IReadOnlyDictionary<ImageReference, Digest?> With(IEnumerable<ImageReference> references) =>
        references.Where(x => x.Digest is null && !_pins.ContainsKey(x.ToContextName())).DistinctBy(x => x.ToContextName())
            .Select(x => KeyValuePair.Create(x, (Digest?)null)).Concat(All)
            .OrderBy(x => x.Key.ToString(), StringComparer.Ordinal).ToDictionary();

    /// <summary>Which of these images follow their tags, because no digest is recorded for them; null where all of them have one.</summary>
    public string? Problem(IEnumerable<ImageReference> used)
    {
        string[] unpinned = [.. used.Where(x => DigestOf(x) is null).Select(x => x.ToString()).Distinct().Order(StringComparer.Ordinal)];
        return unpinned.Length == 0 ? null
            : _exists ? $"{string.Join(", ", unpinned)}: {_name} has no digest for {(unpinned.Length == 1 ? "it" : "them")}. UpdateLocks adds {(unpinned.Length == 1 ? "it" : "them")}"
            : $"{string.Join(", ", unpinned)}: there is no {_name}. UpdateLocks writes it";
    }

    /// <summary>Says, once, that nothing is pinned where there is no file.</summary>
    internal void SayMissing()
    {
        if (_exists || _saidMissing) return;
        _saidMissing = true;
        Log.Warning("There is no {File:l}, so base images are not pinned to digests: UpdateLocks writes it", _name);
    }

    // Where there is no file at all, that has been said once.
    internal void SayUnpinned(ImageReference reference, Digest digest)
    {
        if (!_exists) Log.Information("{Image}: using {Digest}", reference.ToString(), digest.ToString());
        else Log.Warning("{Image} is not pinned: {File:l} has no digest for it; using {Digest}", reference.ToString(), _name, digest.ToString());
    }

    /// <summary>The digest that pins this reference, its own or the one in the file, in any spelling of its name; null if it is not pinned.</summary>
    public Digest? DigestOf(ImageReference reference) => reference.Digest ?? _pins.GetValueOrDefault(reference.ToContextName());
}
