using System.Text.Json;

namespace Acci.Delivery.Images.Tags;

/// <summary>Reads from documents in which anything may be missing or null.</summary>
internal static class JsonElementExtensions
{
    /// <summary>The element that these names lead to.</summary>
    public static JsonElement? Find(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        }

        return element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : element;
    }

    /// <summary>The text that these names lead to, or an empty one.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> names) =>
        element.Find(names) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } found ? found.ToString() : "";
}
