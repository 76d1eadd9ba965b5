namespace Acci.EndToEnd.Tests.Engines;

/// <summary>How an engine of somebody else's is set up.</summary>
public sealed record EngineSetup
{
    /// <summary>The command that becomes the daemon; <c>$1</c> is its folder, in which it listens on <c>docker.sock</c>.</summary>
    public string Daemon { get; init; } = """
        exec dockerd --config-file "$1/daemon.json" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --host "unix://$1/docker.sock" --group root --cgroup-parent "/${1##*/}"
        """;

    /// <summary>Its <c>daemon.json</c>.</summary>
    public string Configuration { get; init; } = """{ "features": { "containerd-snapshotter": true } }""";

    /// <summary>Commands that come first in its namespaces.</summary>
    public string Before { get; init; } = "";

    /// <summary>Where the daemon's programs are; null for those of the private engine.</summary>
    public string? Programs { get; init; }

    /// <summary>It reaches what this machine reaches, but for this machine's loopback.</summary>
    public bool HasNetwork { get; init; }
}
