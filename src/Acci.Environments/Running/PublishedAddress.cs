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
    /// <param name="ports">How ports are reached; null where they are not.</param>
    /// <param name="scheme">What stands before an address that can be asked from here.</param>
    public string Describe(PortAccess? ports, string scheme) =>
        ports is not null && From(ports) is { } address ? $"{scheme}{address}" : $"port {Port} of the engine's machine{(Host.Length == 0 ? "" : $" ({Host})")}";
}
