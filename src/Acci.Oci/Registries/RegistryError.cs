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
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
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
            ? string.Join("; ", errors.Select(x => string.IsNullOrEmpty(x.Message) ? x.Code : $"{x.Code}: {x.Message}"))
            : response.Content.Headers.ContentType?.MediaType is null or "text/plain" && !body.StartsWith('<') ? body.Split('\n')[0].Trim() : "";
        return new RegistryError(response.StatusCode, status, [.. errors.Select(x => x.Code ?? "")], Redaction.Beginning(detail, DetailLimit));
    }

    public override string ToString() => Detail.Length == 0 ? Status : $"{Status}: {Detail}";

    private static async Task<string> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[ReadLimit];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, ReadLimit, throwOnEndOfStream: false, cancellationToken));
    }

    private static List<Item> Parse(string body)
    {
        if (!body.StartsWith('{')) return [];
        try
        {
            return JsonSerializer.Deserialize(body, RegistryJson.Default.Body)?.Errors?.OfType<Item>().ToList() ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The body of an error.</summary>
    internal sealed record Body(IReadOnlyList<Item?>? Errors);

    /// <summary>One of the errors in it.</summary>
    internal sealed record Item(string? Code, string? Message);
}
