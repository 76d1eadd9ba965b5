using System.Text.Json;

namespace Acci.Components;

/// <summary>What stands in a parameter file.</summary>
internal static class ParameterJson
{
    // As both engines read it.
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The file's JSON; null, and what is wrong, where it is not an object.</summary>
    public static JsonDocument? Parse(string text, out string reason)
    {
        try
        {
            var document = JsonDocument.Parse(text, Options);
            reason = "holds no parameters: it has to be a JSON object";
            if (document.RootElement.ValueKind == JsonValueKind.Object && AreTexts(document.RootElement)) return document;
            document.Dispose();
        }
        catch (InvalidOperationException)
        {
            reason = "is no JSON: a text in it has half of a surrogate pair, or bytes that are not UTF-8";
        }
        catch (JsonException exception)
        {
            reason = $"is no JSON: {exception.Message.TrimEnd('.')}";
        }

        return null;
    }

    /// <summary>A parameter's values, as they would be typed.</summary>
    public static List<string> Values(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text)] : [Text(value)];

    /// <exception cref="InvalidOperationException">A name or a value is no text; the reader finds it only when it is asked for.</exception>
    private static bool AreTexts(JsonElement parameters) => parameters.EnumerateObject().All(x => x.Name is not null && Values(x.Value) is not null);

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
