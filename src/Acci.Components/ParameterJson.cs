using System.Text.Json;
using Acci.Oci;

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
            reason = $"is no JSON: {JsonProblem.TextOf(exception)}";
        }

        return null;
    }

    /// <summary>A parameter's values, as they would be typed.</summary>
    public static List<string> Values(JsonElement value) => [.. Elements(value).Select(Text)];

    /// <summary>Why this is no value of any parameter, as the end of a sentence that says which; null when it may be one. Each engine would make something else of it.</summary>
    /// <param name="value">What stands there.</param>
    /// <param name="isSwitch">Whether the parameter is true or false.</param>
    public static string? Problem(JsonElement value, bool isSwitch) => Elements(value).Select(x => x.ValueKind switch
    {
        JsonValueKind.Null => "cannot be null: leave it out to give no value",
        JsonValueKind.Object => "cannot be an object: it takes a text, a number, true or false",
        JsonValueKind.Array => "cannot have a list in its list",
        JsonValueKind.True or JsonValueKind.False when !isSwitch => $"is no switch: write \"{x.GetRawText()}\" if you mean the text",
        _ => null,
    }).FirstOrDefault(x => x is not null);

    /// <exception cref="InvalidOperationException">A name or a value is no text; the reader finds it only when it is asked for.</exception>
    private static bool AreTexts(JsonElement parameters) => parameters.EnumerateObject().All(x => x.Name is not null && Values(x.Value) is not null);

    private static JsonElement[] Elements(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
