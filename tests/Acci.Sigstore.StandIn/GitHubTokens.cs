using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>
/// GitHub's identity tokens for workflows. Source: GitHub's documentation, "OpenID Connect reference".
/// A claim is set with a query parameter "claim.NAME=VALUE" in the address that a job gets, so that two jobs with other identities need no other
/// server.
/// </summary>
internal sealed class GitHubTokens(RSA key, string issuer)
{
    private readonly string _keyId = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..20];

    /// <summary>What a job must send as its bearer token.</summary>
    public string RequestToken { get; } = $"standin-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";

    public string Issuer => issuer;

    public object Keys
    {
        get
        {
            var parameters = key.ExportParameters(includePrivateParameters: false);
            var (modulus, exponent) = (Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent));
            return new { keys = new[] { new { kty = "RSA", alg = "RS256", use = "sig", kid = _keyId, n = modulus, e = exponent } } };
        }
    }

    public string Issue(string audience, IReadOnlyDictionary<string, string> overrides)
    {
        var claims = new Dictionary<string, string>
        {
            ["repository"] = "octo/acci",
            ["ref"] = "refs/heads/main",
            ["ref_type"] = "branch",
            ["sha"] = "0123456789abcdef0123456789abcdef01234567",
            ["event_name"] = "push",
            ["workflow"] = "Publish",
            ["actor"] = "octocat",
            ["actor_id"] = "1",
            ["run_id"] = "4711",
            ["run_number"] = "7",
            ["run_attempt"] = "1",
            ["repository_id"] = "42",
            ["repository_owner_id"] = "43",
            ["repository_visibility"] = "public",
            ["runner_environment"] = "github-hosted",
            ["head_ref"] = "",
            ["base_ref"] = "",
        };
        foreach (var (name, value) in overrides) claims[name] = value;
        claims.TryAdd("repository_owner", claims["repository"].Split('/')[0]);
        claims.TryAdd("workflow_ref", $"{claims["repository"]}/.github/workflows/publish.yml@{claims["ref"]}");
        claims.TryAdd("workflow_sha", claims["sha"]);
        claims.TryAdd("job_workflow_ref", claims["workflow_ref"]);
        claims.TryAdd("job_workflow_sha", claims["workflow_sha"]);
        claims.TryAdd("sub", $"repo:{claims["repository"]}:ref:{claims["ref"]}");
        claims.TryAdd("iss", issuer);
        claims["aud"] = audience;
        claims["jti"] = Guid.NewGuid().ToString();
        var payload = new JsonObject(claims.Select(x => KeyValuePair.Create(x.Key, (JsonNode?)x.Value)));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        (payload["iat"], payload["nbf"], payload["exp"]) = (now, now - 5, now + 300);
        var text = $"{Part(new { alg = "RS256", typ = "JWT", kid = _keyId })}.{Part(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";

        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    }

    /// <summary>The claims of a token that is signed by this issuer, for this audience, and not expired; null where it is not.</summary>
    public JsonObject? Verify(string token, string audience)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        if (!key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return null;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return (string?)claims["aud"] == audience && (long?)claims["exp"] > now && (long?)claims["nbf"] <= now ? claims : null;
    }
}
