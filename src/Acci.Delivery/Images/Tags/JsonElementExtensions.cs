using System.Text.Json;

namespace Acci.Delivery.Images.Tags;

/// <summary>Reads from documents in which anything may be missing or null.</summary>
internal static class JsonElementExtensions
{
    /// <summary>The element that these names lead to.</summary>
    /// <exception cref="InvalidOperationException">A name beside them is no Unicode, which the parser takes.</exception>
    public static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : element;
    }

    /// <summary>The text that these names lead to, or an empty one.</summary>
    /// <exception cref="InvalidOperationException">It is no Unicode (half a surrogate pair, bytes that are no UTF-8), or a name beside them is none.</exception>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Find(names) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } found ? found.ToString() : "";

    /// <summary>The same of a document that anybody may have written: what no string can be made of counts as missing.</summary>
    public static string ForeignText(this JsonElement element, params ReadOnlySpan<string> names)
    {
        try
        {
            return element.Text(names);
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
