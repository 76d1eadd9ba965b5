using System.Text.Json;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// Reads from documents in which anything may be missing or null, and a name or a text be no Unicode (half a surrogate pair, bytes that are no UTF-8), which the parser
/// takes and does not turn into a string: that counts as missing.
/// </summary>
internal static class JsonElementExtensions
{
    /// <summary>The element that these names lead to.</summary>
    public static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !TryFind(element, name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : element;
    }

    /// <summary>The text that these names lead to, or an empty one.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Find(names) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } found ? TextOf(found) : "";

    private static bool TryFind(JsonElement element, string name, out JsonElement found)
    {
        try
        {
            return element.TryGetProperty(name, out found);
        }
        catch (InvalidOperationException)
        {
            found = default;
            return false;
        }
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.ToString();
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
