using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Acci.Oci.Registries;

/// <summary>
/// What a registry asks for in <c>WWW-Authenticate</c>. Sources: RFC 9110, section 11.6.1; distribution project, "Token Authentication Specification".
/// </summary>
internal sealed partial record AuthorizationChallenge
{
    private AuthorizationChallenge(Uri? realm, string service, string scope, bool insufficientScope) =>
        (Realm, Service, Scope, InsufficientScope) = (realm, service, scope, insufficientScope);

    /// <summary>The token service; none when Basic authentication is asked for.</summary>
    public Uri? Realm { get; }

    /// <summary>The registry's name at the token service.</summary>
    public string Service { get; }

    /// <summary>What the token has to allow.</summary>
    public string Scope { get; }

    /// <summary>A token was sent and understood; it does not allow what was asked for.</summary>
    public bool InsufficientScope { get; }

    /// <summary>The challenge of a response: Bearer where the registry offers both, null where it asks for neither.</summary>
    public static AuthorizationChallenge? Of(HttpResponseHeaders headers)
    {
        AuthorizationChallenge? basic = null;
        foreach (var challenge in headers.WwwAuthenticate)
        {
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) basic = new AuthorizationChallenge(null, "", "", false);
            if (!challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) continue;
            var parameters = Parameter().Matches(challenge.Parameter ?? "")
                .GroupBy(x => x.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)
                .ToDictionary(x => x.Key, x => x.First().Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
            if (Uri.TryCreate(parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
                && (realm.Scheme == Uri.UriSchemeHttps || realm.Scheme == Uri.UriSchemeHttp))
            {
                return new AuthorizationChallenge(
                    realm,
                    parameters.GetValueOrDefault("service", ""),
                    parameters.GetValueOrDefault("scope", ""),
                    parameters.GetValueOrDefault("error") == "insufficient_scope");
            }
        }

        return basic;
    }

    [GeneratedRegex("""(?<![A-Za-z_])(?<name>[A-Za-z_]+)\s*=\s*(?:"(?<value>[^"]*)"|(?<value>[^\s,"]+))""", RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();
}
