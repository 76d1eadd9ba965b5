namespace Acci.Environments.Swarm;

/// <summary>One replica of a service in a swarm, as <c>docker inspect</c> tells of it.</summary>
internal sealed record SwarmTask
{
    public required string Id { get; init; }

    public required string ServiceId { get; init; }

    /// <summary>Where it runs; null until the swarm has found a place for it.</summary>
    public string? NodeId { get; init; }

    /// <summary>What the replica is to be: <c>running</c> or <c>shutdown</c>.</summary>
    public required string DesiredState { get; init; }

    /// <summary>What it is: <c>starting</c>, <c>running</c> (and healthy), <c>failed</c>, <c>rejected</c>, …</summary>
    public required string State { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    public string? ContainerId { get; init; }

    /// <summary>Time from the signal to stop until it is killed; null where it has the swarm's own, which is seconds.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>Of a job: which run of it this belongs to.</summary>
    public long? Iteration { get; init; }

    /// <summary>What it was made from; a service whose own is another has moved on.</summary>
    public required string Specification { get; init; }

    /// <summary>Ports of its host.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>Has ended with 0 in the last run of its job.</summary>
    public bool HasCompleted(SwarmService service) => service.IsJob && ServiceId == service.Id && State == "complete" && Iteration == service.Iteration;

    public bool HasFailed => State is "failed" or "rejected";
}
