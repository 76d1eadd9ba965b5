using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.GitHub;

/// <summary>
/// GitHub itself or a server of one's own, known by the address of its API. Source: GitHub's documentation, "Variables reference", GITHUB_API_URL;
/// "Working with the Container registry".
/// </summary>
public sealed record GitHubServer
{
    private const string PublicApi = "https://api.github.com";
    private const string PublicApiHost = "api.github.com";
    private const string Variable = "GITHUB_API_URL";

    private GitHubServer(Uri api) => Api = api;

    /// <summary>The API's address, with a slash at its end: <c>https://api.github.com/</c>.</summary>
    public Uri Api { get; }

    /// <summary>The host whose pages people read, and git's remotes are on: <c>github.com</c>.</summary>
    public string Host => Api.Host.StartsWith("api.", StringComparison.Ordinal) ? Api.Host["api.".Length..] : Api.Host;

    /// <summary>The server that GITHUB_API_URL names, else GitHub itself.</summary>
    /// <exception cref="DeliveryException">The variable holds no address that a token may be sent to.</exception>
    public static GitHubServer Of(ProcessEnvironment environment) => Parse(environment.Find(Variable) ?? PublicApi);

    /// <summary>Reads the address of an API.</summary>
    /// <exception cref="DeliveryException">It is no address that a token may be sent to.</exception>
    public static GitHubServer Parse(string api)
    {
        if (!Uri.TryCreate(api.TrimEnd('/') + "/", UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            throw new DeliveryException($"'{api}' is not the address of GitHub's API: write it in {Variable} as in {PublicApi} or https://github.example.com/api/v3.");
        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback
            ? new GitHubServer(address)
            : throw new DeliveryException($"'{api}' is plain http, and anyone on the way could read the token: {Variable} has to be an https address.");
    }

    private string UploadHost => Api.Host.StartsWith("api.", StringComparison.Ordinal) ? $"uploads.{Host}" : Api.Host;

    /// <summary>Whether files and the token may go to an address: on the API's own host, or on the one where the server takes uploads.</summary>
    public bool IsOwn(Uri address) => address.Scheme == Api.Scheme && address.UserInfo.Length == 0
        && (address.Authority == Api.Authority || (address.Host == UploadHost && address.Port == Api.Port));

    /// <summary>Reads the address, within an answer, that files are sent to.</summary>
    /// <exception cref="DeliveryException">It is not the server's own.</exception>
    public Uri UploadAddress(string address) => Uri.TryCreate(address, UriKind.Absolute, out var target) && IsOwn(target) ? target
        : throw new DeliveryException(
            $"{this} takes uploads at {address}, by its own answer, and not on {UploadHost}. Check GITHUB_API_URL, and the proxies on the way.");

    /// <summary>Whether this is the server's own container registry, whose packages its API knows: ghcr.io is GitHub's; another server's is on <c>containers.</c> and its name, or on its own.</summary>
    public bool HasRegistry(ImageReference repository)
    {
        var host = Api.Host == PublicApiHost ? "ghcr.io" : Host;
        var domain = repository.Domain?.Split(':')[0];
        return domain == host || (Api.Host != PublicApiHost && domain == $"containers.{host}");
    }

    /// <inheritdoc/>
    public override string ToString() => Host;
}
