namespace Acci.Environments.Specification;

/// <summary>A port of the host that leads to a service. Source: Compose specification, <c>ports</c>, long syntax.</summary>
/// <param name="Target">The port inside.</param>
public sealed record Port(Scalar Target)
{
    /// <summary>The host's port, or a range of which every replica gets one; any free one when it is not given.</summary>
    public Scalar? Published { get; init; }

    /// <summary>The host's address it listens on.</summary>
    public Scalar? HostIp { get; init; }

    /// <summary><c>tcp</c> or <c>udp</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary><c>host</c>: a port of each replica's host; <c>ingress</c>: one for all of a swarm.</summary>
    public string? Mode { get; init; }
}
