using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Octokit;

namespace Acci.Delivery.GitHub;

/// <summary>GitHub's code scanning: takes analyses and tells how their processing went. Source: GitHub's REST API, "Code scanning".</summary>
/// <param name="connection">The connection.</param>
public sealed partial class CodeScanning(GitHubConnection connection)
{
    private const string Permission = "security-events: write";

    /// <summary>Looks after 5, 15, 35, 75 and 155 seconds. Source: github/codeql-action.</summary>
    public static IReadOnlyList<TimeSpan> DefaultPauses { get; } = [.. new[] { 5, 10, 20, 40, 80 }.Select(x => TimeSpan.FromSeconds(x))];

    /// <summary>How long it is until each look at an upload that is being processed.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; init; } = DefaultPauses;

    /// <summary>Uploads an analysis. Sent twice, the second replaces the first, which makes it safe to repeat what got no answer.</summary>
    /// <returns>The upload's identifier.</returns>
    /// <exception cref="GitHubException">GitHub refused it.</exception>
    public async Task<string> UploadAsync(SarifPayload payload, CancellationToken cancellationToken)
    {
        var given = await connection.RunAsync(
            $"take an analysis of {payload.Ref}",
            Permission,
            async github => Text(BodyOf(await github.Connection.Post<Dictionary<string, object>>(Address("sarifs"), payload.ToBody(), null, "application/json")), "id"),
            cancellationToken);
        return given is { Length: > 0 } id
            ? id
            : throw new DeliveryException($"{connection.Server} took the analysis and did not say as what: its processing cannot be awaited.");
    }

    /// <summary>Waits until the upload is processed.</summary>
    /// <returns>What was wrong with it, empty when nothing was; null when it is still being processed after the last look.</returns>
    /// <exception cref="DeliveryException">GitHub does not say how far it is.</exception>
    public async Task<IReadOnlyList<string>?> WaitAsync(string id, CancellationToken cancellationToken)
    {
        Processing? processing = null;
        foreach (var pause in Pauses)
        {
            await Task.Delay(pause, connection.Time, cancellationToken);
            // An upload that was just taken may not be known everywhere yet.
            processing = await connection.FindAsync(
                $"tell how the upload {id} was processed",
                "security-events: read",
                async github => Processing.Read(BodyOf(await github.Connection.Get<Dictionary<string, object>>(Address($"sarifs/{Uri.EscapeDataString(id)}"), new Dictionary<string, string>()))),
                cancellationToken);
            switch (processing?.Status)
            {
                case "complete": return [];
                case "failed": return processing.Errors;
            }
        }

        if (processing?.Status == "pending") return null;
        var answer = processing is null ? "does not know it" : $"says that it is '{Redaction.Beginning(SafeText.Terminal(processing.Status ?? ""), 100)}'";
        throw new DeliveryException($"{connection.Server} {answer}.");
    }

    /// <summary>The repository has no code scanning, which is no fault of what was to be uploaded. Source: GitHub's documentation, "Troubleshooting SARIF uploads".</summary>
    public static bool IsNotEnabled(GitHubException refusal) =>
        refusal.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound && NotEnabled().IsMatch(refusal.Message);

    [GeneratedRegex("(Advanced Security|Code Security|code scanning) (must be|is not|has not been) enabled", RegexOptions.IgnoreCase)]
    private static partial Regex NotEnabled();

    private Uri Address(string path) => new(string.Create(CultureInfo.InvariantCulture, $"repos/{connection.Repository.Owner}/{connection.Repository.Name}/code-scanning/{path}"), UriKind.Relative);

    private static string? Text(string body, string property)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static string BodyOf(IApiResponse<Dictionary<string, object>> answer) => answer.HttpResponse.Body as string ?? "";

    private sealed record Processing(string? Status, IReadOnlyList<string> Errors)
    {
        public static Processing Read(string body)
        {
            using var document = JsonDocument.Parse(body);
            var hasErrors = document.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0;
            return new Processing(Text(body, "processing_status"), hasErrors ? [.. errors.EnumerateArray().Select(x => x.ToString())] : ["no reason was given"]);
        }
    }
}
