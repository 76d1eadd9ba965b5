namespace Acci.Environments.Specification;

/// <summary>How many replicas run, with what resources, and how they are replaced. Source: Compose Deploy specification.</summary>
public record Deploy
{
    internal const string Job = "replicated-job", Replicated = "replicated";

    /// <summary><c>replicated-job</c> for a service that runs to its end; <c>replicated</c>, one that goes on running, when nothing is said.</summary>
    public string? Mode { get; init; }

    /// <summary>How many run.</summary>
    public Scalar? Replicas { get; init; }

    /// <summary>How a swarm leads to the replicas: <c>vip</c> or <c>dnsrr</c>.</summary>
    public string? EndpointMode { get; init; }

    /// <summary>On which nodes of a swarm it may run.</summary>
    public Placement? Placement { get; init; }

    /// <summary>What it may use.</summary>
    public Resources? Resources { get; init; }

    /// <summary>What happens when one ends.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>How replicas are replaced by those of a new version.</summary>
    public UpdateConfig? UpdateConfig { get; init; }

    /// <summary>How they are replaced by those of the version before, when the new one fails.</summary>
    public UpdateConfig? RollbackConfig { get; init; }
}
