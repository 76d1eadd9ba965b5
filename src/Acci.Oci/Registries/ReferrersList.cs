using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>
/// A list of what refers to a manifest. Anyone who may write to a repository may write the list, too: an entry that cannot be read hides no other one. Written anew, the list
/// keeps the bytes of all that is not changed. Source: OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".
/// </summary>
/// <param name="Content">Its bytes.</param>
/// <param name="MediaType">Its type; any other than an index's has no entries.</param>
/// <param name="Entries">Its entries.</param>
internal sealed record ReferrersList(ReadOnlyMemory<byte> Content, string MediaType, IReadOnlyList<ReferrersList.Entry> Entries)
{
    private const string EntriesName = "manifests";

    /// <summary>An index without entries.</summary>
    public static ReferrersList Empty { get; } =
        Parse(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.ImageIndex}}","{{EntriesName}}":[]}"""), null, "a new list");

    /// <summary>Whether it is an index, as the specification wants it.</summary>
    public bool IsIndex => MediaTypes.IsIndex(MediaType);

    /// <summary>The digest of its bytes.</summary>
    public Digest Digest => Digest.Of(Content.Span);

    /// <summary>What refers to the manifest, as far as it can be read.</summary>
    public IEnumerable<Descriptor> Referrers => Entries.Select(x => x.Referrer).OfType<Descriptor>();

    /// <summary>Reads what lies under the tag of a list, where anyone may put something else: that has no entries, and is no index.</summary>
    /// <inheritdoc cref="Parse"/>
    public static ReferrersList ReadTag(ReadOnlyMemory<byte> content, string? mediaType, string where)
    {
        try
        {
            return Parse(content, mediaType, where);
        }
        catch (DeliveryException)
        {
            return new ReferrersList(content, "", []);
        }
    }

    /// <summary>Reads a list.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="mediaType">The type under which it was found, for one that does not state its own.</param>
    /// <param name="where">Where it was found, for the error message.</param>
    /// <exception cref="DeliveryException">It has another form.</exception>
    public static ReferrersList Parse(ReadOnlyMemory<byte> content, string? mediaType, string where)
    {
        try
        {
            var root = JsonElement.Parse(content.Span);
            if (root.ValueKind != JsonValueKind.Object) throw new JsonException("an object was expected");
            var type = Find(root, "mediaType") is { ValueKind: JsonValueKind.String } own ? own.GetString()!
                : mediaType is not null && MediaTypes.IsManifest(mediaType) ? mediaType
                : MediaTypes.ImageIndex;
            var entries = Find(root, EntriesName);
            if (entries.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined)) throw new JsonException($"'{EntriesName}' is not a list");
            return new ReferrersList(
                content, type, MediaTypes.IsIndex(type) && entries.ValueKind == JsonValueKind.Array ? [.. entries.EnumerateArray().Select(Entry.Read)] : []);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new DeliveryException($"{where} is not a list of referrers: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>The same with other entries.</summary>
    /// <param name="entries">The JSON of each.</param>
    public ReferrersList With(IEnumerable<string> entries)
    {
        var others = JsonElement.Parse(Content.Span).EnumerateObject().Where(x => NameOf(x) != EntriesName).Select(x => $"\"{NameOf(x)}\":{TextOf(x.Value)}");
        var text = $"{{{string.Join(',', others.Append($"\"{EntriesName}\":[{string.Join(',', entries)}]"))}}}";
        return Parse(Encoding.Latin1.GetBytes(text), MediaType, "the list");
    }

    // The last of several counts, as wherever JSON is read here.
    private static JsonElement Find(JsonElement root, string name) => root.EnumerateObject().LastOrDefault(x => NameOf(x) == name).Value;

    private static string NameOf(JsonProperty property) => Encoding.Latin1.GetString(JsonMarshal.GetRawUtf8PropertyName(property));

    // A character for each byte, and so whatever the bytes are.
    private static string TextOf(JsonElement element) => Encoding.Latin1.GetString(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>One of a list's entries.</summary>
    /// <param name="Json">The entry, JSON.</param>
    /// <param name="Digest">Which manifest it is of; null where that cannot be read.</param>
    /// <param name="Referrer">What it says; null where that cannot be read.</param>
    internal sealed record Entry(string Json, Digest? Digest, Descriptor? Referrer)
    {
        /// <summary>The entry of a manifest.</summary>
        public static string JsonOf(Descriptor referrer) => Encoding.Latin1.GetString(JsonSerializer.SerializeToUtf8Bytes(referrer, ManifestJson.Default.Descriptor));

        public static Entry Read(JsonElement entry) => new(TextOf(entry), DigestIn(entry), TryRead(entry));

        /// <summary>The JSON with the artifact type and annotations of its manifest; the same where nothing lacks, or where it cannot be written anew.</summary>
        /// <param name="known">What it says.</param>
        /// <param name="full">What the manifest says.</param>
        public string CompletedWith(Descriptor known, Descriptor full)
        {
            var missing = (full.Annotations ?? new Dictionary<string, string>()).Where(x => known.Annotations?.ContainsKey(x.Key) != true).ToList();
            var isOfType = full.ArtifactType is null || known.ArtifactType == full.ArtifactType;
            if (isOfType && missing.Count == 0) return Json;
            try
            {
                var entry = JsonNode.Parse(Encoding.Latin1.GetBytes(Json), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
                if (!isOfType) entry["artifactType"] = full.ArtifactType;
                foreach (var (name, value) in missing) (entry["annotations"] ??= new JsonObject())[name] = value;
                return entry.ToJsonString();
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                return Json;
            }
        }

        private static Digest? DigestIn(JsonElement entry) => entry.ValueKind == JsonValueKind.Object
            && Find(entry, "digest") is { ValueKind: JsonValueKind.String } found && Acci.Oci.Digest.TryParse(TextOf(found).Trim('"'), out var digest, out _) ? digest : null;

        private static Descriptor? TryRead(JsonElement entry)
        {
            try
            {
                var referrer = entry.Deserialize(ManifestJson.Default.Descriptor);
                Descriptor.EnsureComplete(EntriesName, [referrer!], null);
                return referrer;
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                return null;
            }
        }
    }
}
