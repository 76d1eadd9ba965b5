namespace Acci.Environments.Specification;

/// <summary>How a swarm replaces replicas. Source: Compose Deploy specification, <c>update_config</c> and <c>rollback_config</c>.</summary>
public sealed record UpdateConfig
{
    /// <summary>How many at a time.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Time between two groups.</summary>
    public string? Delay { get; init; }

    /// <summary><c>pause</c>, <c>continue</c> or, for updates, <c>rollback</c>.</summary>
    public string? FailureAction { get; init; }

    /// <summary>How long a new one is watched for failures.</summary>
    public string? Monitor { get; init; }

    /// <summary><c>start-first</c>: the new one is healthy before the old one is stopped; <c>stop-first</c>.</summary>
    public string? Order { get; init; }
}
