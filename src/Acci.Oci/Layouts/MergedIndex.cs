using System.Text;
using System.Text.Json;
using Acci.Oci.Manifests;

namespace Acci.Oci.Layouts;

/// <summary>
/// The index of an image that was built in parts, as the text that one build of all of them writes. What the parts' indexes say is taken over as it
/// stands there, so the digest is the one that the image has if one machine builds it, and all else is the same.
/// </summary>
internal static class MergedIndex
{
    // Go's MarshalIndent, with which BuildKit writes it.
    private const string Indent = "  ";

    // Go sorts names so.
    private static readonly Comparer<string> InBytes =
        Comparer<string>.Create((one, other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)));

    /// <summary>Writes it.</summary>
    /// <param name="parts">What the parts say. What the first one says of the image holds for it. One may be the image of a single platform.</param>
    /// <param name="manifests">What it is to list.</param>
    /// <param name="annotations">Its annotations; null means those of the first part.</param>
    public static byte[] Write(IReadOnlyList<Manifest> parts, IReadOnlyList<Descriptor> manifests, IReadOnlyDictionary<string, string>? annotations)
    {
        if (!parts[0].IsIndex)
        {
            var index = new ImageIndex
            {
                MediaType = MediaTypes.ImageIndex, Manifests = manifests, Annotations = annotations is { Count: > 0 } ? annotations : null,
            };
            return JsonSerializer.SerializeToUtf8Bytes(index, ManifestJson.Default.ImageIndex);
        }

        var first = JsonElement.Parse(parts[0].Content.Span);
        var isIndented = parts[0].Content.Span.StartsWith("{\n"u8);
        // Go's order, in which what is missing comes last.
        var members = first.EnumerateObject().Select(x => (x.Name, Text: x.Value.GetRawText())).ToList();
        if (members.All(x => x.Name != "mediaType")) members.Insert(Math.Min(1, members.Count), ("mediaType", ""));
        // Whoever wrote it may have other escapes.
        if (!first.TryGetProperty("mediaType", out var type) || type.GetString() != MediaTypes.ImageIndex)
            Set("mediaType", GoText.Quote(MediaTypes.ImageIndex));
        var known = parts.Where(x => x.IsIndex).SelectMany(x => ManifestsOf(JsonElement.Parse(x.Content.Span))).ToLookup(x => x.Descriptor.Digest);
        Set("manifests", ListOf('[', manifests.Select(TextOf), ']', depth: 1));
        if (annotations is not null && !IsSame(annotations, parts[0].Annotations)) SetAnnotations(annotations);
        return Encoding.UTF8.GetBytes(ListOf('{', members.Select(x => Member(x.Name, x.Text)), '}', depth: 0));

        string TextOf(Descriptor descriptor) =>
            known[descriptor.Digest].FirstOrDefault(x => IsOf(x.Descriptor, descriptor)).Text
            ?? JsonSerializer.Serialize(descriptor, ManifestJson.Default.Descriptor);

        void SetAnnotations(IReadOnlyDictionary<string, string> said)
        {
            var written = first.TryGetProperty("annotations", out var old) && old.ValueKind == JsonValueKind.Object
                ? old.EnumerateObject().ToLookup(x => x.Name, x => x.Value) : Array.Empty<JsonProperty>().ToLookup(x => x.Name, x => x.Value);
            var texts =
                from one in said.OrderBy(x => x.Key, InBytes)
                let before = written[one.Key].Where(x => x.GetString() == one.Value).Select(x => x.GetRawText()).FirstOrDefault()
                select Member(one.Key, before ?? GoText.Quote(one.Value));
            members.RemoveAll(x => x.Name == "annotations" && said.Count == 0);
            if (said.Count > 0) Set("annotations", ListOf('{', texts, '}', depth: 1));
        }

        void Set(string name, string text)
        {
            if (members.FindIndex(x => x.Name == name) is >= 0 and var place) members[place] = (name, text);
            else members.Add((name, text));
        }

        string Member(string name, string text) => $"{GoText.Quote(name)}:{(isIndented ? " " : "")}{text}";

        string ListOf(char begin, IEnumerable<string> texts, char end, int depth)
        {
            if (!isIndented) return $"{begin}{string.Join(',', texts)}{end}";
            var outer = $"\n{string.Concat(Enumerable.Repeat(Indent, depth))}";
            return $"{begin}{outer}{Indent}{string.Join($",{outer}{Indent}", texts)}{outer}{end}";
        }
    }

    private static IEnumerable<(Descriptor Descriptor, string Text)> ManifestsOf(JsonElement index) =>
        index.TryGetProperty("manifests", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(x => (x.Deserialize(ManifestJson.Default.Descriptor)!, x.GetRawText())) : [];

    // One manifest may stand there several times: for two platforms, or as the attestation of both.
    private static bool IsOf(Descriptor written, Descriptor descriptor) => written.Platform == descriptor.Platform
        && IsSame(written.Annotations ?? new Dictionary<string, string>(), descriptor.Annotations ?? new Dictionary<string, string>());

    private static bool IsSame(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(x => other.GetValueOrDefault(x.Key) == x.Value);
}
