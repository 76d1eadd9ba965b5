using Acci.Delivery.Engines;

namespace Acci.Environments.Running;

/// <summary>An address of the engine's machine that leads to a container.</summary>
/// <param name="Host">The address; empty for all of them.</param>
/// <param name="Port">The port.</param>
internal sealed record PublishedAddress(string Host, string Port)
{
    /// <summary>Host and port to ask from here; null where it cannot be reached.</summary>
    public string? From(PortAccess ports) => ports.AddressOf(Host, Port);

    /// <summary>As people read it.</summary>
    public string Describe(PortAccess ports, string scheme) => From(ports) is { } address ? $"{scheme}{address}" : $"port {Port} on {Host} of the engine's machine";
}
