using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>
/// Authorization at one registry: nothing until it is asked for, then Basic, or a token per scope from the token service, renewed before it expires or when the
/// registry no longer takes it. Source: distribution project, "Token Authentication Specification".
/// </summary>
internal sealed class RegistryAuthorization(
    string domain,
    ICredentialSource source,
    Func<RegistryRequest, AuthenticationHeaderValue?, CancellationToken, Task<HttpResponseMessage>> send,
    TimeProvider time) : IDisposable
{
    // What the specification says a token lives when its answer does not tell.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    // Characters; no server takes a header that is longer.
    private const int LongestToken = 16 * 1024;

    // In seconds: a day, longer than any build.
    private const double LongestLifetime = 24 * 60 * 60;

    // A token is a few hundred bytes; what takes longer does not come any more.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private const int LargestAnswer = 1024 * 1024;

    // What token services that know no such POST answer it with. Source: containerd, core/remotes/docker/authorizer.go, has the first four.
    private static readonly HttpStatusCode[] WithoutPost =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed,
        HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotImplemented,
    ];

    private readonly ConcurrentDictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);
    private AuthorizationChallenge? _challenge;
    private Credentials? _credentials;
    private bool _lookedForCredentials;

    /// <inheritdoc cref="RegistryOptions.IsOneOfSeveral"/>
    public bool IsOneOfSeveral { get; init; }

    /// <summary>The registry's host, where it was named for plain http: it is asked with credentials in the clear anyway.</summary>
    public string? PlainHttpHost { get; init; }

    /// <summary>The header for a request, as far as it is known what the registry wants.</summary>
    public async ValueTask<AuthenticationHeaderValue?> HeaderAsync(string scope, CancellationToken cancellationToken)
    {
        if (_challenge is not { } challenge) return null;
        if (challenge.Realm is null || HasBearerToken) return _credentials?.ToHeader();
        if (IsForNothing(scope)) return null;
        if (_tokens.TryGetValue(scope, out var token) && IsFresh(token)) return token.Header;
        return await TokenAsync(challenge, scope, scope, null, cancellationToken);
    }

    /// <summary>
    /// After a 401 to a request with this scope: whether there is no token to ask for. Not every token service gives one that is for nothing and nobody; those of
    /// GitLab and Quay refuse it. That the registry wants tokens is then its answer.
    /// </summary>
    public async ValueTask<bool> HasNothingToAskForAsync(HttpResponseMessage response, string scope, CancellationToken cancellationToken)
    {
        if (AuthorizationChallenge.Of(response.Headers) is not { Realm: not null } challenge) return false;
        await CredentialsAsync(cancellationToken);
        if (!IsForNothing(scope)) return false;
        _challenge = challenge;
        return true;
    }

    /// <summary>After a 401: another header that may be accepted, or null when there is none.</summary>
    public async Task<AuthenticationHeaderValue?> RenewAsync(
        HttpResponseMessage response, string scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        if (AuthorizationChallenge.Of(response.Headers) is not { } challenge) return null;
        var credentials = await CredentialsAsync(cancellationToken);
        _challenge = challenge;
        if (challenge.Realm is null || HasBearerToken) return refused is null ? credentials?.ToHeader() : null;
        var all = Union(scope, challenge.Scope);
        // A token that was issued for just this, and does not suffice, will not be better the next time.
        return refused is not null && challenge.InsufficientScope && all == scope ? null : await TokenAsync(challenge, scope, all, refused, cancellationToken);
    }

    /// <summary>The error for a request that was refused for want of rights.</summary>
    public async Task<RegistryException> RefusalAsync(HttpResponseMessage response, string scope, CancellationToken cancellationToken)
    {
        var error = await RegistryError.ReadAsync(response, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && AuthorizationChallenge.Of(response.Headers) is null)
        {
            if (response.Headers.WwwAuthenticate.Count > 0)
            {
                return new RegistryException(
                    $"{domain} asks for a login of a kind that is not supported ({ShownText.Of($"{response.Headers.WwwAuthenticate}")}): it has to be Basic, or Bearer "
                    + "with a token service at an http or https address.",
                    error);
            }

            if (_challenge is null)
            {
                return new RegistryException(
                    $"{domain} refuses access and does not say how to log in ({error}, no WWW-Authenticate header), so no credentials were sent. "
                    + "Check the address given by --registry, and whether a proxy before the registry drops the header.",
                    error);
            }
        }

        // A token that was issued for these credentials and yet allows too little is a matter of rights, though the status is the same.
        return _challenge is { Realm: not null } && _credentials is not null && !HasBearerToken ? Forbidden(error, scope) : Unauthorized(error);
    }

    /// <inheritdoc cref="RefusalAsync(HttpResponseMessage, string, CancellationToken)"/>
    public async Task<RegistryException> RefusalAsync(RegistryError error, string scope, CancellationToken cancellationToken) =>
        await CredentialsAsync(cancellationToken) is null && _challenge is not null ? Unauthorized(error) : Forbidden(error, scope);

    /// <summary>The token service, as a message names it that began with the registry.</summary>
    public static string ServiceAt(Uri realm) => $"its token service {ShownText.Of(realm.GetLeftPart(UriPartial.Path))}";

    public void Dispose() => _gate.Dispose();

    private RegistryException Unauthorized(RegistryError error) => new(
        _credentials is { } credentials
            ? $"{domain} refused the credentials of '{credentials.User}' ({error}): check {credentials.Origin}."
            : $"{domain} asks for credentials, and there are none ({error}): {(IsOneOfSeveral ? "" : "give --registry-user and --registry-token, or ")}run `docker login {domain}`.",
        error);

    private RegistryException Forbidden(RegistryError error, string scope)
    {
        var who = _credentials is null ? "anonymous users" : $"'{_credentials.User}' (credentials from {_credentials.Origin})";
        var (what, pushes) = scope.Split(':') is [_, var path, var actions, ..]
            ? actions.Contains("delete", StringComparison.Ordinal) ? ($"delete from {path}", false)
                : actions.Contains("push", StringComparison.Ordinal) ? ($"push to {path}", true) : ($"pull from {path}", false)
            : ("do that", false);
        var advice = domain == "ghcr.io" && pushes
            ? "The token needs the permission packages: write, and the package must let it in (package settings, Manage Actions access)"
            : "Ask for that right, or use another account";
        return new RegistryException($"{domain} does not let {who} {what} ({error}). {advice}.", error);
    }

    private async Task<AuthenticationHeaderValue> TokenAsync(
        AuthorizationChallenge challenge, string key, string scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            // Another request may have renewed it in the meantime.
            if (_tokens.TryGetValue(key, out var known) && IsFresh(known) && known.Header != refused) return known.Header;
            var token = await FetchAsync(challenge, scope, cancellationToken);
            _tokens[key] = token;
            return token.Header;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Token> FetchAsync(AuthorizationChallenge challenge, string scope, CancellationToken cancellationToken)
    {
        var realm = challenge.Realm!;
        var credentials = await CredentialsAsync(cancellationToken);
        if (credentials is not null && realm.Scheme != Uri.UriSchemeHttps && !RegistryEndpoint.IsLoopback(realm) && realm.Host != PlainHttpHost)
        {
            throw new DeliveryException(
                $"{domain}: {ServiceAt(realm)} is not reached by https, so the credentials of '{credentials.User}' were not "
                + "sent there. Whoever runs the registry has to give its token service an https address.");
        }

        var scopes = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var response = await AskAsync(challenge, scopes, credentials, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var error = await RegistryError.ReadAsync(response, cancellationToken);
            throw TransientException.IsTransient(response.StatusCode)
                ? TransientException.From(response, $"the token service of {domain}: {error.Detail}".TrimEnd(' ', ':'), time, isRefusal: true)
                // Where nobody asks for a token without the right to what it is for, that right is what is missing.
                : credentials is not null && response.StatusCode == HttpStatusCode.Forbidden && scope.Contains("push", StringComparison.Ordinal) ? Forbidden(error, scope)
                : error.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? Unauthorized(error)
                // As the registry's own answer it would say that what was asked for is not there.
                : new DeliveryException($"{domain}: {ServiceAt(realm)} gives no token ({error}). The registry's operator has to mend that.");
        }

        var received = time.GetUtcNow();
        var (text, lifetime) = await ReadTokenAsync(response, realm, cancellationToken);
        Redaction.Register(text);
        // Renewed when a tenth of its life is left, so that it does not expire on the way.
        return new Token(new AuthenticationHeaderValue("Bearer", text), received + (lifetime * 0.9));
    }

    /// <summary>
    /// Asks the token service. One that knows no POST gets a refresh token as a password, as from containerd; one that does not take several scopes at once is asked for the
    /// first alone: the request's own.
    /// </summary>
    private async Task<HttpResponseMessage> AskAsync(AuthorizationChallenge challenge, string[] scopes, Credentials? credentials, CancellationToken cancellationToken)
    {
        var realm = challenge.Realm!;
        var mayBeTooMuch = false;
        if (credentials is { Kind: CredentialKind.RefreshToken })
        {
            var post = new RegistryRequest(HttpMethod.Post, realm, "") { Body = _ => credentials.ToRefreshForm(challenge.Service, string.Join(' ', scopes)) };
            var answer = await send(post, null, cancellationToken);
            if (!WithoutPost.Contains(answer.StatusCode)) return answer;
            mayBeTooMuch = answer.StatusCode == HttpStatusCode.BadRequest;
            answer.Dispose();
        }

        var get = new RegistryRequest(HttpMethod.Get, WithQuery(realm, [("service", challenge.Service), .. scopes.Select(x => ("scope", x))]), "");
        var response = await send(get, credentials?.ToHeader(), cancellationToken);
        if (response.IsSuccessStatusCode || scopes.Length < 2 || !(mayBeTooMuch || response.StatusCode == HttpStatusCode.BadRequest)) return response;
        response.Dispose();
        return await AskAsync(challenge, scopes[..1], credentials, cancellationToken);
    }

    private async Task<(string Token, TimeSpan Lifetime)> ReadTokenAsync(HttpResponseMessage response, Uri realm, CancellationToken cancellationToken)
    {
        try
        {
            var body = await RegistryTransport.ReadAsync(response, LargestAnswer, AnswerTimeout, time, domain, ServiceAt(realm), cancellationToken);
            var answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenAnswer);
            // What a header cannot carry is no token.
            var text = string.IsNullOrEmpty(answer?.Token) ? answer?.AccessToken : answer.Token;
            if (text is { Length: > 0 and <= LongestToken } token && !token.AsSpan().ContainsAnyExceptInRange('!', '~'))
                return (token, answer!.ExpiresIn is > 0 and { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, LongestLifetime)) : DefaultLifetime);
        }
        catch (JsonException)
        {
            // Said below; the reader's own message might quote a token.
        }

        throw new DeliveryException($"{domain}: {ServiceAt(realm)} answered with something that is no token.");
    }

    private async Task<Credentials?> CredentialsAsync(CancellationToken cancellationToken)
    {
        if (_lookedForCredentials) return _credentials;
        _credentials = await source.FindAsync(domain, cancellationToken);
        _lookedForCredentials = true;
        return _credentials;
    }

    private bool IsForNothing(string scope) => scope.Length == 0 && _credentials is null;

    // It is for the registry; no token service is asked for another.
    private bool HasBearerToken => _credentials is { Kind: CredentialKind.BearerToken };

    private bool IsFresh(Token token) => time.GetUtcNow() < token.RenewAt;

    private static string Union(string scope, string asked) => string.Join(' ', scope.Split(' ').Union(asked.Split(' ')).Where(x => x.Length > 0));

    private static Uri WithQuery(Uri address, IEnumerable<(string Name, string Value)> parameters) => new UriBuilder(address)
    {
        Query = string.Join('&', parameters
            .Where(x => x.Value.Length > 0)
            .Select(x => $"{x.Name}={Uri.EscapeDataString(x.Value)}")
            .Prepend(address.Query.TrimStart('?'))
            .Where(x => x.Length > 0)),
    }.Uri;

    /// <summary>A token service's answer.</summary>
    internal sealed record TokenAnswer(
        string? Token,
        [property: JsonPropertyName("access_token")] string? AccessToken,
        [property: JsonPropertyName("expires_in"), JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] double? ExpiresIn);

    private sealed record Token(AuthenticationHeaderValue Header, DateTimeOffset RenewAt);
}
