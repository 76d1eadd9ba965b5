using System.Net;
using System.Text;
using System.Text.Json;

namespace Acci.Oci.Registries;

/// <summary>What a response that is not a success says: the status, and the registry's own words where it has some.</summary>
internal sealed record RegistryError(HttpStatusCode StatusCode, string Status, IReadOnlyList<string> Codes, string Detail)
{
    private const int ReadLimit = 16 * 1024;
    private const int DetailLimit = 300;
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Reads a response. What the body cannot tell, or no longer can because the connection broke, the status tells.</summary>
    public static async Task<RegistryError> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = ShownText.StatusOf(response);
        var body = "";
        try
        {
            using var guard = new StallGuard(BodyTimeout, cancellationToken);
            body = await guard.RunAsync(token => ReadBodyAsync(response, token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            // The status stands without it.
        }

        var errors = Parse(body);
        var detail = errors.Count > 0
            ? string.Join("; ", errors.Select(x => x.Message.Length == 0 ? x.Code : $"{x.Code}: {x.Message}"))
            : response.Content.Headers.ContentType?.MediaType is null or "text/plain" && !body.StartsWith('<') ? body.Split('\n')[0].Trim() : "";
        return new RegistryError(response.StatusCode, status, [.. errors.Select(x => x.Code)], Redaction.Beginning(detail, DetailLimit));
    }

    public override string ToString() => Detail.Length == 0 ? Status : $"{Status}: {Detail}";

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[ReadLimit];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, ReadLimit, throwOnEndOfStream: false, cancellationToken));
    }

    // As those write it who do not quite follow the specification: with a mark or blanks before it, a single error, a code that is a number, a message that is none.
    private static List<(string Code, string Message)> Parse(string body)
    {
        try
        {
            var json = body.Trim('\uFEFF', ' ', '\t', '\r', '\n');
            if (!json.StartsWith('{') || !JsonElement.Parse(json).TryGetProperty("errors", out var errors)) return [];
            return [.. (errors.ValueKind == JsonValueKind.Array ? errors.EnumerateArray().ToArray() : [errors]).Where(x => x.ValueKind == JsonValueKind.Object).Select(x => (TextOf(x, "code"), TextOf(x, "message")))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second of these is about a name that is no text.
            return [];
        }
    }

    private static string TextOf(JsonElement error, string name) => !error.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? "" : value.ToString();
}
