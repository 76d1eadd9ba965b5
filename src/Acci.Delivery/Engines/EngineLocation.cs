using System.Net.NetworkInformation;

namespace Acci.Delivery.Engines;

/// <summary>
/// Where an engine is, seen from here. It is found out by having the engine do what shows it, and never read from its address: a socket of this
/// machine may lead to another one, and the address of another one back here.
/// </summary>
public sealed record EngineLocation
{
    /// <summary>Engine and build share a network namespace.</summary>
    public static EngineLocation Here { get; } = new() { ReachesLoopback = true, Ports = PortAccess.Loopback };

    /// <summary>Nothing is known of it.</summary>
    public static EngineLocation Unknown { get; } = new() { Ports = PortAccess.Unknown };

    /// <summary>The engine reaches what listens on this machine's loopback: the local registry.</summary>
    public bool ReachesLoopback { get; init; }

    /// <summary>Why it is not known whether it does; null where that is known.</summary>
    public string? Doubt { get; init; }

    /// <summary>How ports are reached that are published there.</summary>
    public required PortAccess Ports { get; init; }

    /// <summary>Asks the engine. It leaves nothing there.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="host">The host that a person named; null where nobody did.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="WrongUseException">What was named is no host.</exception>
    public static async Task<EngineLocation> FindAsync(DockerEngine engine, string? host, CancellationToken cancellationToken)
    {
        var named = host is null ? null : PortAccess.Named(host);
        // ACCI's own engine runs on this machine. Without root it reaches only the registry's ports, so the question's random port would get a wrong answer.
        var (reachesLoopback, doubt) = engine.Address is not null ? (true, null) : await LoopbackProbe.ReachesAsync(engine, cancellationToken);
        return new EngineLocation
        {
            ReachesLoopback = reachesLoopback,
            Doubt = doubt,
            Ports = named ?? (reachesLoopback ? PortAccess.Loopback : await FindGatewayAsync(engine, cancellationToken) ?? PortAccess.Unknown),
        };
    }

    private static async Task<PortAccess?> FindGatewayAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var gateway = await EngineNetworks.GatewayAsync(engine, NetworkInterface.GetAllNetworkInterfaces(), cancellationToken);
        return gateway is null ? null : PortAccess.Gateway(gateway);
    }

    /// <summary>What is different there, for people; empty where nothing is.</summary>
    public override string ToString() => string.Join("; ", Differences());

    private IEnumerable<string> Differences()
    {
        if (!Ports.IsLoopback) yield return $"its ports are asked for at {Ports.Host}";
        else if (!Ports.IsCertain)
            yield return "its ports may be out of reach, and images are then tried by their own health checks (--engine-host names its host)";
        if (Doubt is not null) yield return $"whether it reaches 127.0.0.1 of this machine is not known, and it is used as if it did not: {Doubt}";
        else if (!ReachesLoopback) yield return "it does not reach 127.0.0.1 of this machine";
    }
}
