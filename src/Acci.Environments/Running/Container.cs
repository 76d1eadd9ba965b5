namespace Acci.Environments.Running;

/// <summary>A container of a project, as <c>docker inspect</c> tells of it.</summary>
internal sealed record Container
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Service { get; init; }

    public required string Image { get; init; }

    /// <summary>The hash of the configuration it was made from, as docker compose notes it.</summary>
    public string? ConfigurationHash { get; init; }

    /// <summary><c>created</c>, <c>running</c>, <c>restarting</c>, <c>exited</c>, …</summary>
    public required string Status { get; init; }

    /// <summary><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>; null where nothing checks it, and when it does not run.</summary>
    public string? Health { get; init; }

    /// <summary>What the last health check printed.</summary>
    public string? HealthOutput { get; init; }

    public int ExitCode { get; init; }

    public bool IsOutOfMemory { get; init; }

    /// <summary>Why the engine could not start it.</summary>
    public string? Error { get; init; }

    public int Restarts { get; init; }

    /// <summary>Time from the signal to stop until it is killed; null where it has the engine's own, which is seconds.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>The addresses of its engine's machine that lead to it.</summary>
    public IReadOnlyList<PublishedAddress> Addresses { get; init; } = [];

    /// <summary>It is to end.</summary>
    public bool IsJob { get; init; }

    /// <summary>Runs, and is healthy where that is known; a job: has ended with 0.</summary>
    public bool IsUp => IsJob ? HasSucceeded : Status == "running" && Health is null or "healthy";

    /// <summary>Has ended with 0.</summary>
    public bool HasSucceeded => Status == "exited" && ExitCode == 0 && Error is null or "";

    /// <summary>In a word.</summary>
    public string State => Health ?? (IsJob && HasSucceeded ? "completed" : Status);

    /// <summary>The same as a job, of which no health is asked: nothing serves in it.</summary>
    public Container AsJob() => this with { IsJob = true, Health = null, HealthOutput = null };

    /// <summary>What is wrong with it, or null when nothing is, yet.</summary>
    public string? Problem => this switch
    {
        { Error.Length: > 0 } => $"could not be started: {Error}",
        { IsOutOfMemory: true, Status: not "running" } => "was killed because it used more memory than its limit",
        { Status: "exited" or "dead" or "restarting" } => $"ended with exit code {ExitCode}{Signal}",
        { Health: "unhealthy" } => $"is unhealthy: {(string.IsNullOrWhiteSpace(HealthOutput) ? "its health check fails and prints nothing" : $"its health check says: {HealthOutput.Trim().ReplaceLineEndings(" ")}")}",
        _ => null,
    };

    private string Signal => ExitCode switch
    {
        137 => " (killed)",
        139 => " (segmentation fault)",
        143 => " (terminated)",
        127 => " (its command was not found)",
        126 => " (its command cannot be run)",
        _ => "",
    };
}
