using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>
/// GitHub's identity tokens for this job. The build asks for them itself: where GitHub fails, cosign would ask a person instead, who would have to
/// open a page. Source: GitHub's documentation, "OpenID Connect reference".
/// </summary>
/// <param name="address">The address of the token service for this job, with the audience.</param>
/// <param name="bearer">What the job asks with.</param>
/// <param name="retry">How long a service that fails is asked again.</param>
internal sealed class IdentityTokens(Uri address, string bearer, RetryOptions retry)
{
    private const string Address = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string Bearer = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    private const string Untouched = "GitHub sets it for the job: leave it as it is.";
    private const int LargestAnswer = 1024 * 1024;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    /// <summary>The job may ask for an identity token.</summary>
    public static bool CanBeAsked(ProcessEnvironment environment) => environment.Find(Address) is not null;

    /// <summary>Those of the job that this environment is of.</summary>
    /// <exception cref="DeliveryException">The variables hold no address of the web, or nothing that can be asked with.</exception>
    public static IdentityTokens Of(ProcessEnvironment environment, RetryOptions retry)
    {
        var (text, bearer) = (environment.Find(Address)!, environment.Find(Bearer) ?? "");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            throw new DeliveryException($"An identity token cannot be asked for: {Address} is '{text}', which is no https address. {Untouched}");
        // It is a secret, so it is not shown.
        return bearer.All(x => x is > ' ' and <= '~') ? new IdentityTokens(WithAudience(address), bearer, retry)
            : throw new DeliveryException(
                $"An identity token cannot be asked for: {Bearer} has characters that no token has, such as a line break. {Untouched}");
    }

    /// <summary>Asks for a token that Sigstore takes. It is valid for minutes only.</summary>
    /// <exception cref="RetriesExhaustedException">The service went on failing.</exception>
    /// <exception cref="DeliveryException">The service refuses, or what it answers is no token.</exception>
    public async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        // A redirection would be followed to anywhere; GitHub's service has none.
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = AnswerTime, MaxResponseContentBufferSize = LargestAnswer };
        try
        {
            var token = await new RetryPolicy(retry with { BoundsAttempts = true }).RunAsync(
                "The request to GitHub's token service for an identity token",
                attempt => AskAsync(http, attempt.CancellationToken), cancellationToken);
            Redaction.Register(token);
            return token;
        }
        catch (HttpRequestException exception)
        {
            throw new SigstoreException(
                $"GitHub's token service at {address.Authority} gave no identity token to sign with: "
                + $"{exception.GetBaseException().Message.TrimEnd('.')}. "
                + $"Check {Address}, the proxies on the way, and the certificates that this machine trusts.");
        }
    }

    private async Task<string> AskAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var response = await http.SendAsync(request, cancellationToken);
        if (TransientException.IsTransient(response.StatusCode)) throw TransientException.From(response);
        if (!response.IsSuccessStatusCode) throw Refused(response.StatusCode);
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            return answer.RootElement.GetProperty("value").GetString() is { Length: > 0 } token ? token : throw new JsonException("'value' is empty");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DeliveryException($"What GitHub's token service answered holds no identity token to sign with: {JsonProblem.TextOf(exception)}. Run the job again.", exception);
        }
    }

    // GitHub's address has a query already.
    private static Uri WithAudience(Uri address) =>
        new UriBuilder(address) { Query = $"{address.Query.TrimStart('?')}&audience=sigstore".TrimStart('&') }.Uri;

    private static SigstoreException Refused(HttpStatusCode status) => new(
        $"GitHub's token service gave no identity token to sign with: it answered {(int)status} {status}. "
        + (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "The job needs `permissions: id-token: write`." : "Run the job again."));
}
