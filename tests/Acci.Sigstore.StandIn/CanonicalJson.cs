using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>JSON of which the same content has the same bytes: members in the order of their names, no white space.</summary>
internal static class CanonicalJson
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As logs have it: enough of RFC 8785 for what stands in entries.</summary>
    public static string OfEntry(JsonNode? node) => Write(node, text => JsonSerializer.Serialize(text, Relaxed));

    /// <summary>As The Update Framework has it, OLPC's form: nothing but the quotation mark and the backslash is escaped.</summary>
    public static string OfMetadata(JsonNode? node) =>
        Write(node, text => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");

    private static string Write(JsonNode? node, Func<string, string> quote) => node switch
    {
        JsonObject members => $"{{{string.Join(',', Members(members, quote))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(x => Write(x, quote)))}]",
        JsonValue value when value.TryGetValue<string>(out var text) => quote(text),
        null => "null",
        _ => node.ToJsonString(),
    };

    private static IEnumerable<string> Members(JsonObject members, Func<string, string> quote) =>
        members.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{quote(x.Key)}:{Write(x.Value, quote)}");
}
