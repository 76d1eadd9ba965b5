using System.Net;

namespace Acci.Oci.Registries;

/// <summary>Where a registry's API is, from the domain that stands in references.</summary>
internal sealed record RegistryEndpoint(string Domain, Uri Base)
{
    /// <summary>What a reference without a domain means.</summary>
    public const string DockerHub = "docker.io";

    private const string DockerHubApi = "registry-1.docker.io";

    /// <summary>The endpoint of a domain: plain http for loopback, https for all others, unless it is said which.</summary>
    public static RegistryEndpoint Of(string domain, bool? plainHttp)
    {
        var host = domain == DockerHub ? DockerHubApi : domain;
        if (!Uri.TryCreate($"https://{host}/", UriKind.Absolute, out var https) || https.AbsolutePath != "/" || https.UserInfo.Length > 0)
            throw new DeliveryException($"'{domain}' is not a registry's domain: write host or host:port, as in ghcr.io or 127.0.0.1:5000.");
        return new RegistryEndpoint(domain, plainHttp ?? IsLoopback(https) ? new Uri($"http://{host}/") : https);
    }

    /// <summary>Whether this address is on the machine itself.</summary>
    public static bool IsLoopback(Uri address) =>
        address.IdnHost == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether this address is the registry's own, so that its credentials may be sent there.</summary>
    public bool Owns(Uri address) => address.Scheme == Base.Scheme && address.Authority == Base.Authority;

    /// <summary>An address that the registry named in a header, which may be relative to the request's.</summary>
    public Uri Resolve(Uri request, Uri named)
    {
        var address = new Uri(request, named);
        // A registry behind a proxy that ends TLS may not know that it is reached by https.
        return Base.Scheme == Uri.UriSchemeHttps && address.Scheme == Uri.UriSchemeHttp && address.Host == Base.Host
            ? new UriBuilder(address) { Scheme = Base.Scheme, Port = Base.Port }.Uri
            : address;
    }
}
