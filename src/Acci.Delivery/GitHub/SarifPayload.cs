using System.Security.Cryptography;

namespace Acci.Delivery.GitHub;

/// <summary>An analysis as it is sent. Source: GitHub's REST API, "Upload an analysis as SARIF data".</summary>
/// <param name="Commit">The commit that was analysed.</param>
/// <param name="Ref">Its full ref: <c>refs/heads/main</c>, <c>refs/tags/v1.2.3</c>, <c>refs/pull/7/merge</c>.</param>
/// <param name="CompressedReport">The SARIF file, compressed with gzip.</param>
/// <param name="CheckoutUri">Where the files lay, by which absolute paths become relative ones.</param>
/// <param name="StartedAt">When the analysis began; null where that is not known.</param>
public sealed record SarifPayload(string Commit, string Ref, byte[] CompressedReport, Uri CheckoutUri, DateTimeOffset? StartedAt)
{
    /// <summary>The same for the same report.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(CompressedReport));

    /// <summary>The request's body.</summary>
    public IReadOnlyDictionary<string, object> ToBody()
    {
        var body = new Dictionary<string, object>
        {
            ["commit_sha"] = Commit,
            ["ref"] = Ref,
            ["sarif"] = Convert.ToBase64String(CompressedReport),
            ["checkout_uri"] = CheckoutUri.AbsoluteUri,
        };
        if (StartedAt is { } time) body["started_at"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        return body;
    }
}
