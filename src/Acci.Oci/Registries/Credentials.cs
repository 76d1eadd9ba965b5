using System.Net.Http.Headers;
using System.Text;

namespace Acci.Oci.Registries;

/// <summary>A user and a password or token. The secret is masked wherever text leaves the build, and is no part of <see cref="ToString"/>.</summary>
public sealed class Credentials : ICredentialSource
{
    private readonly string _secret;

    /// <summary>Credentials given outright; as a source they serve whatever registry they are handed to.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="secret">The password or access token.</param>
    /// <param name="origin">Where they came from, as the person who set them knows it; it stands in error messages.</param>
    public Credentials(string user, string secret, string origin = "--registry-user and --registry-token")
    {
        Redaction.Register(secret);
        Redaction.Register($"{user}:{secret}");
        (User, _secret, Origin) = (user, secret, origin);
    }

    /// <summary>No credentials at all.</summary>
    public static ICredentialSource None { get; } = new FirstOf();

    /// <summary>The user's name.</summary>
    public string User { get; }

    /// <summary>Where the credentials came from.</summary>
    public string Origin { get; }

    /// <summary>What the secret is. Default: a password.</summary>
    public CredentialKind Kind { get; init; }

    /// <summary>The first of these sources that has credentials for a registry decides; null stands for a source that is not there.</summary>
    public static ICredentialSource From(params IReadOnlyList<ICredentialSource?> sources) => new FirstOf([.. sources.OfType<ICredentialSource>()]);

    /// <inheritdoc/>
    public ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default) => new(this);

    /// <summary>These credentials for one registry, and none for any other.</summary>
    public ICredentialSource For(string domain) => new OnlyFor(domain, this);

    /// <summary>The user and where the credentials came from; never the secret.</summary>
    public override string ToString() => $"{User} ({Origin})";

    /// <summary>The header that a registry takes: of Basic authentication (RFC 7617), or with a token of its own (RFC 6750, section 2.1).</summary>
    public AuthenticationHeaderValue ToHeader() => Kind == CredentialKind.BearerToken
        ? new("Bearer", _secret)
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{_secret}")));

    /// <summary>What an entry in docker's <c>config.json</c> has of these credentials. Source: docker/cli, cli/config/types/authconfig.go.</summary>
    public (string Name, string Value) ToDockerEntry() => Kind switch
    {
        CredentialKind.RefreshToken => ("identitytoken", _secret),
        CredentialKind.BearerToken => ("registrytoken", _secret),
        _ => ("auth", ToHeader().Parameter!),
    };

    /// <summary>The form that exchanges a refresh token for an access token. Source: distribution project, "Oauth2 Token Authentication".</summary>
    internal FormUrlEncodedContent ToRefreshForm(string service, string scope) => new(new Dictionary<string, string>
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = _secret,
        ["client_id"] = "acci",
        ["service"] = service,
        ["scope"] = scope,
    });

    private sealed class OnlyFor(string domain, Credentials credentials) : ICredentialSource
    {
        public ValueTask<Credentials?> FindAsync(string asked, CancellationToken cancellationToken = default) => new(asked == domain ? credentials : null);
    }

    private sealed class FirstOf(params IReadOnlyList<ICredentialSource> sources) : ICredentialSource
    {
        public async ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default)
        {
            foreach (var source in sources)
            {
                if (await source.FindAsync(domain, cancellationToken) is { } credentials) return credentials;
            }

            return null;
        }
    }
}
