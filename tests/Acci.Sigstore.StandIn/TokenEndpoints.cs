using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Acci.Sigstore.StandIn;

/// <summary>GitHub's token service. Source: GitHub's documentation, "OpenID Connect reference".</summary>
internal sealed class TokenEndpoints(GitHubTokens tokens, string address)
{
    private const string ClaimPrefix = "claim.";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/token", Issue);
        routes.MapGet("/.well-known/jwks", () => Results.Json(tokens.Keys));
        routes.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = tokens.Issuer,
            jwks_uri = $"{address}/.well-known/jwks",
            response_types_supported = new[] { "id_token" },
            subject_types_supported = new[] { "public", "pairwise" },
            id_token_signing_alg_values_supported = new[] { "RS256" },
            scopes_supported = new[] { "openid" },
        }));
    }

    private IResult Issue(HttpRequest request)
    {
        var isJob = string.Equals(request.Headers.Authorization, $"Bearer {tokens.RequestToken}", StringComparison.OrdinalIgnoreCase);
        if (!isJob) return Results.Unauthorized();
        var claims = request.Query.Where(x => x.Key.StartsWith(ClaimPrefix, StringComparison.Ordinal))
            .ToDictionary(x => x.Key[ClaimPrefix.Length..], x => x.Value.ToString());
        var audience = request.Query["audience"].ToString() is { Length: > 0 } named ? named : "https://github.com/octo";
        return Results.Json(new { value = tokens.Issue(audience, claims) });
    }
}
