using System.Buffers.Text;
using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>
/// Which workflow a job's identity token names, and with it every certificate that is issued for it: the workflow that holds the job, and where
/// that one was called by another one, not the caller. The caller's repository and the token's issuer stand beside it. Source: GitHub's
/// documentation, "OpenID Connect reference", claims <c>job_workflow_ref</c>, <c>repository</c>, <c>ref</c> and <c>iss</c>; Fulcio's "OIDC usage", GitHub.
/// </summary>
/// <param name="Workflow">The workflow: <c>owner/name/.github/workflows/publish.yml@refs/heads/main</c>.</param>
/// <param name="Source">Where it runs.</param>
/// <param name="IsPublic">Its repository is not known to be private, or for an enterprise's members only.</param>
internal sealed record WorkflowIdentity(string Workflow, WorkflowSource Source, bool IsPublic)
{
    /// <summary>Reads a token.</summary>
    /// <exception cref="DeliveryException">The token has another form.</exception>
    public static WorkflowIdentity Read(string token)
    {
        try
        {
            // A JSON web token is three parts in base64url, the second its claims: RFC 7519, section 3.
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
            var isPublic = !claims.RootElement.TryGetProperty("repository_visibility", out var visibility) || visibility.GetString() is not ("private" or "internal");
            // A deployment of a commit has none.
            var reference = claims.RootElement.TryGetProperty("ref", out var said) && said.GetString() is { Length: > 0 } name ? name : null;
            return new WorkflowIdentity(
                Claim("job_workflow_ref"), new WorkflowSource(Claim("repository"), WorkflowSource.ParseIssuer(Claim("iss"))) { Ref = reference }, isPublic);

            string Claim(string name) =>
                claims.RootElement.GetProperty(name).GetString() is { Length: > 0 } value ? value : throw new JsonException($"'{name}' is empty");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException or IndexOutOfRangeException
            or InvalidOperationException or DeliveryException)
        {
            throw new DeliveryException($"The identity token that GitHub's token service gave does not name a workflow: {JsonProblem.TextOf(exception)}. Run the job again.", exception);
        }
    }
}
