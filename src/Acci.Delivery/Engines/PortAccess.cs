using System.Net;

namespace Acci.Delivery.Engines;

/// <summary>How a port is reached from here that a container publishes on its engine.</summary>
/// <param name="Interface">The address of the engine's machine to publish it on, which no more can reach than have to.</param>
/// <param name="Host">The host to ask from here.</param>
/// <param name="IsCertain">What answers there is known to be that machine; else it may be another one, or nobody.</param>
public sealed record PortAccess(string Interface, string Host, bool IsCertain)
{
    private const string LoopbackAddress = "127.0.0.1";

    /// <summary>Engine and build share a loopback.</summary>
    public static PortAccess Loopback { get; } = new(LoopbackAddress, LoopbackAddress, IsCertain: true);

    /// <summary>Nothing is known: ports may be on this machine's loopback, as those of Docker Desktop and rootless engines are.</summary>
    public static PortAccess Unknown { get; } = Loopback with { IsCertain = false };

    /// <summary>The port is on this machine's loopback, if anywhere.</summary>
    public bool IsLoopback => Host == LoopbackAddress;

    /// <summary>What a person named; how far the port may be seen there is then the person's decision.</summary>
    /// <exception cref="WrongUseException">It is no host.</exception>
    public static PortAccess Named(string host) => Uri.CheckHostName(host) switch
    {
        UriHostNameType.Dns or UriHostNameType.IPv4 when host is LoopbackAddress or "localhost" => Loopback,
        UriHostNameType.Dns or UriHostNameType.IPv4 => new PortAccess("0.0.0.0", host, IsCertain: true),
        UriHostNameType.IPv6 => new PortAccess("[::]", $"[{host.Trim('[', ']')}]", IsCertain: true),
        _ => throw new WrongUseException(
            $"--engine-host cannot be '{host}': write a host name or an IP address, without a scheme and a port, as in docker.example.com."),
    };

    /// <summary>Where a port answers from here that is published on an address of the engine's machine; null where it does not.</summary>
    /// <param name="address">The address there: <c>0.0.0.0</c>, <c>127.0.0.1</c>.</param>
    /// <param name="port">The port there.</param>
    public string? AddressOf(string address, string port) => address switch
    {
        "" or "0.0.0.0" or "::" => $"{Host}:{port}",
        _ when !IsLoopback && IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip) => null,
        _ => $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}",
    };

    /// <summary>The gateway of the network that this build is a container of.</summary>
    public static PortAccess Gateway(string address) => new(address, address, IsCertain: false);
}
