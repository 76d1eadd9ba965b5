using System.Net;

namespace Acci.Oci.Registries;

/// <summary>
/// Where an answer sends a request on to. Only http and https are followed, and never from https to plain http. Source: RFC 9110, section 15.4; requests are
/// rewritten as .NET's own handler does it.
/// </summary>
internal static class Redirection
{
    /// <summary>More than any registry has; a circle ends here.</summary>
    public const int Longest = 10;

    /// <summary>The request that follows, or null where the answer sends nowhere.</summary>
    /// <exception cref="DeliveryException">It leads where nothing is sent; the message names the registry and what is wrong with the address.</exception>
    public static RegistryRequest? Next(RegistryEndpoint endpoint, RegistryRequest request, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (300 or 301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        var target = endpoint.Owns(request.Address) ? endpoint.Resolve(request.Address, location) : new Uri(request.Address, location);
        EnsureIsWeb(endpoint, target);
        if (request.Address.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps && !RegistryEndpoint.IsLoopback(request.Address))
            throw Wrong(endpoint, $"redirects {request.Method} {ShownText.Of(request.Address.AbsolutePath)} from https to http ({target.Host}), which is not followed");
        if (BecomesGet(request.Method, response.StatusCode)) return request with { Method = HttpMethod.Get, Address = target, Body = null };
        // The body of a POST is a login at a token service.
        if (request.Method == HttpMethod.Post && request.Body is not null && !IsSameServer(request.Address, target))
            throw Wrong(endpoint, $"redirects a login to another server ({target.Host}), which does not get it");
        return request with { Address = target };
    }

    /// <summary>The address is one that requests are sent to.</summary>
    /// <exception cref="DeliveryException">It is not.</exception>
    public static void EnsureIsWeb(RegistryEndpoint endpoint, Uri address)
    {
        if (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) return;
        throw Wrong(endpoint, $"names an address that begins with '{address.Scheme}:', and only http and https are followed");
    }

    /// <summary>Whether both addresses are of one server, which gets the same credentials.</summary>
    public static bool IsSameServer(Uri one, Uri other) => one.Scheme == other.Scheme && one.Authority == other.Authority;

    /// <summary>The error of a circle.</summary>
    public static DeliveryException TooMany(RegistryEndpoint endpoint) => Wrong(endpoint, $"redirects more than {Longest} times, which is not followed");

    private static DeliveryException Wrong(RegistryEndpoint endpoint, string what) =>
        new($"{endpoint.Domain} {what}. Its operator has to mend that.");

    private static bool BecomesGet(HttpMethod method, HttpStatusCode status) => (int)status switch
    {
        303 => method != HttpMethod.Get && method != HttpMethod.Head,
        300 or 301 or 302 => method == HttpMethod.Post,
        _ => false,
    };
}
