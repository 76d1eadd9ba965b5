using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Generation.RunConfigurations;

/// <summary>JSON as people read it.</summary>
internal static class EditorJson
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of a file; entries without a value are left out.</summary>
    public static string Text(JsonObject content) => content.ToJsonString(Readable) + "\n";

    /// <summary>A list.</summary>
    public static JsonArray List(IEnumerable<JsonNode?> items) => new([.. items]);

    /// <summary>Texts by name.</summary>
    public static JsonObject Texts(IEnumerable<KeyValuePair<string, string>> values) => new(values.Select(x => KeyValuePair.Create<string, JsonNode?>(x.Key, x.Value)));
}
