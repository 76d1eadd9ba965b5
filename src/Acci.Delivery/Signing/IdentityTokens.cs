using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>
/// GitHub's identity tokens for this job. The build asks for them itself: where GitHub fails, cosign would ask a person instead, who would have to
/// open a page. Source: GitHub's documentation, "OpenID Connect reference".
/// </summary>
/// <param name="address">The address of the token service for this job, which has a query already.</param>
/// <param name="bearer">What the job asks with.</param>
/// <param name="retry">How long a service that fails is asked again.</param>
internal sealed class IdentityTokens(string address, string bearer, RetryOptions retry)
{
    private const string Address = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string Bearer = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    private const int LargestAnswer = 1024 * 1024;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>The job may ask for an identity token.</summary>
    public static bool CanBeAsked(ProcessEnvironment environment) => environment.Find(Address) is not null;

    /// <summary>Those of the job that this environment is of.</summary>
    public static IdentityTokens Of(ProcessEnvironment environment, RetryOptions retry) =>
        new(environment.Find(Address)!, environment.Find(Bearer) ?? "", retry);

    /// <summary>Asks for a token that Sigstore takes. It is valid for minutes only.</summary>
    /// <exception cref="RetriesExhaustedException">The service went on failing.</exception>
    /// <exception cref="DeliveryException">The service refuses, or what it answers is no token.</exception>
    public async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = AnswerTime, MaxResponseContentBufferSize = LargestAnswer };
        var token = await new RetryPolicy(retry with { BoundsAttempts = true }).RunAsync(
            "The request to GitHub's token service for an identity token", attempt => AskAsync(http, attempt.CancellationToken), cancellationToken);
        Redaction.Register(token);
        return token;
    }

    private async Task<string> AskAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}&audience=sigstore");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request, cancellationToken);
        if (TransientException.IsTransient(response.StatusCode)) throw TransientException.From(response);
        if (!response.IsSuccessStatusCode) throw Refused(response.StatusCode);
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return answer.RootElement.GetProperty("value").GetString() is { Length: > 0 } token ? token : throw new JsonException("'value' is empty.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DeliveryException($"What GitHub's token service answered holds no identity token to sign with: {exception.Message} Run the job again.", exception);
        }
    }

    private static SigstoreException Refused(HttpStatusCode status) => new(
        $"GitHub's token service gave no identity token to sign with: it answered {(int)status} {status}. "
        + (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "The job needs `permissions: id-token: write`." : "Run the job again."));
}
