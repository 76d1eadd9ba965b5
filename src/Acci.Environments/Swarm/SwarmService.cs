namespace Acci.Environments.Swarm;

/// <summary>A service in a swarm, as <c>docker service inspect</c> tells of it.</summary>
internal sealed record SwarmService
{
    public required string Id { get; init; }

    /// <summary>The stack's name and the service's: <c>shop-prod_worker</c>.</summary>
    public required string Name { get; init; }

    public required string Image { get; init; }

    public required int Replicas { get; init; }

    /// <summary>It runs to its end.</summary>
    public bool IsJob { get; init; }

    /// <summary>Of a job: which run of it is the last one.</summary>
    public long? Iteration { get; init; }

    /// <summary>A replica that fails is started again.</summary>
    public bool StartsAgain { get; init; } = true;

    /// <summary>What its replicas are made from.</summary>
    public required string Specification { get; init; }

    /// <summary><c>updating</c>, <c>completed</c>, <c>paused</c>, <c>rollback_started</c>, …; null when no update was made.</summary>
    public string? UpdateState { get; init; }

    /// <summary>What the swarm says about it.</summary>
    public string? UpdateMessage { get; init; }

    /// <summary>When the last update began, as text.</summary>
    public string? UpdateStarted { get; init; }

    /// <summary>Where it was deployed from, as <see cref="StackSource"/> writes it; null where it does not say.</summary>
    public string? Source { get; init; }

    /// <summary>Which deployment wrote it last, as <see cref="StackSource"/> marks it; null where it does not say.</summary>
    public string? Deployment { get; init; }

    /// <summary>The ports of the whole swarm that lead to it.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];
}
