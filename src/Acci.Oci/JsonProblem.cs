using System.Text.Json;

namespace Acci.Oci;

/// <summary>What is wrong with a JSON text, in the file's terms: the reader's own message names types of this program, and may quote the rest of the text, with the secrets in it.</summary>
public static class JsonProblem
{
    /// <summary>The end of a sentence that names the line, or the property by its path, as in <c>'steps.Scan' is not valid</c>.</summary>
    public static string TextOf(JsonException exception) => exception switch
    {
        { InnerException: DeliveryException problem } => problem.Message,
        { LineNumber: { } line } when exception.Message.Contains("maximum configured depth", StringComparison.Ordinal) => $"line {line + 1} is nested too deeply",
        // A text that is no JSON is found by the reader, with or without the serializer around it.
        { InnerException: JsonException, LineNumber: { } line } => $"line {line + 1} is not valid JSON",
        { Path: null, LineNumber: { } line } => $"line {line + 1} is not valid JSON",
        { Path: "$" } => "its content is not valid",
        { Path: { } path } => $"'{path.TrimStart('$').TrimStart('.')}' is not valid",
        _ => exception.Message,
    };

    /// <summary>The same of whatever reading it ended with: of an exception that is not JSON's, its message without the full stop.</summary>
    public static string TextOf(Exception exception) => exception is JsonException json ? TextOf(json) : exception.Message.TrimEnd('.');
}
