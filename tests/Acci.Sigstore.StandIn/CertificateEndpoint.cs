using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Acci.Sigstore.StandIn;

/// <summary>
/// Fulcio's endpoint: a certificate for a token and a key that its owner has proved to have. Source: Fulcio, fulcio.proto,
/// "CreateSigningCertificate".
/// </summary>
internal sealed class CertificateEndpoint(GitHubTokens tokens, CertificateAuthority authority)
{
    /// <summary>Answers a request for a certificate.</summary>
    /// <param name="context">The request.</param>
    /// <param name="lifetime">How long certificates are valid.</param>
    /// <param name="logged">Whether the certificates' log sees them.</param>
    public async Task IssueAsync(HttpContext context, TimeSpan lifetime, bool logged)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var bearer = context.Request.Headers.Authorization.ToString();
        var isBearer = bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        var token = isBearer ? bearer["Bearer ".Length..] : (string?)body["credentials"]?["oidcIdentityToken"];
        if (token is null || tokens.Verify(token, "sigstore") is not { } claims)
        {
            await RefuseAsync(context, 401, 16, "There was an error processing the identity token");
            return;
        }

        var publicKey = (string)body["publicKeyRequest"]!["publicKey"]!["content"]!;
        // The proof that the key is theirs is the token's subject, signed with it.
        using var key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        var proof = Convert.FromBase64String((string)body["publicKeyRequest"]!["proofOfPossession"]!);
        var subject = Encoding.UTF8.GetBytes((string)claims["sub"]!);
        if (!key.VerifyData(subject, proof, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
        {
            await RefuseAsync(context, 400, 3, "The signature supplied in the request could not be verified");
            return;
        }

        using var certificate = authority.Issue(claims, publicKey, lifetime, logged);
        string[] chain = [certificate.ExportCertificatePem(), authority.Root.ExportCertificatePem()];
        await Results.Json(new { signedCertificateEmbeddedSct = new { chain = new { certificates = chain } } }).ExecuteAsync(context);
    }

    private static Task RefuseAsync(HttpContext context, int status, int code, string message) =>
        Results.Json(new { code, message }, statusCode: status).ExecuteAsync(context);
}
