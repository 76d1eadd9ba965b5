using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text.Json;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>
/// Which workflow a job's identity token names, and with it every certificate that is issued for it: the workflow that holds the job, and where
/// that one was called by another one, not the caller. The caller's repository and the token's issuer stand beside it. Source: GitHub's
/// documentation, "OpenID Connect reference", claims <c>job_workflow_ref</c>, <c>repository</c> and <c>iss</c>; Fulcio's "OIDC usage", GitHub.
/// </summary>
internal static class WorkflowIdentity
{
    private const string Address = "ACTIONS_ID_TOKEN_REQUEST_URL";
    private const string Token = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);
    private const int LargestAnswer = 1024 * 1024;

    /// <summary>The job may ask for an identity token.</summary>
    public static bool CanBeAsked(ProcessEnvironment environment) => environment.Find(Address) is not null;

    /// <summary>
    /// Asks for a token, as the job's variables say, and reads the workflow, <c>owner/name/.github/workflows/publish.yml@refs/heads/main</c>, and
    /// where it runs.
    /// </summary>
    /// <exception cref="DeliveryException">There is no answer, or one of another form.</exception>
    public static Task<(string Workflow, WorkflowSource Source)> ReadAsync(ProcessEnvironment environment, CancellationToken cancellationToken) =>
        ReadAsync(environment.Find(Address)!, environment.Find(Token) ?? "", cancellationToken);

    /// <summary>Asks for a token at this address, which has a query already, and reads the workflow.</summary>
    /// <exception cref="DeliveryException">There is no answer, or one of another form.</exception>
    public static async Task<(string Workflow, WorkflowSource Source)> ReadAsync(string address, string token, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = AnswerTime, MaxResponseContentBufferSize = LargestAnswer };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}&audience=sigstore");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
            var identity = answer.RootElement.GetProperty("value").GetString()!;
            // A JSON web token is three parts in base64url, the second its claims: RFC 7519, section 3.
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(identity.Split('.')[1]));
            return (Claim("job_workflow_ref"), new WorkflowSource(Claim("repository"), WorkflowSource.ParseIssuer(Claim("iss"))));

            string Claim(string name) =>
                claims.RootElement.GetProperty(name).GetString() is { Length: > 0 } value ? value : throw new JsonException($"'{name}' is empty.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoAnswerException("GitHub, asked for an identity token to sign with,", AnswerTime, "Run the job again.");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException or FormatException
            or IndexOutOfRangeException or InvalidOperationException or DeliveryException)
        {
            throw new DeliveryException($"GitHub gave no identity token to sign with: {exception.Message} The job needs `permissions: id-token: write`.", exception);
        }
    }
}
