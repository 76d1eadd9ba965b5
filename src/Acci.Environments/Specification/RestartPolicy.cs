namespace Acci.Environments.Specification;

/// <summary>What happens when a container ends. Source: Compose Deploy specification, <c>restart_policy</c>.</summary>
/// <param name="Condition"><c>none</c>, <c>on-failure</c> or <c>any</c>.</param>
public sealed record RestartPolicy(string Condition)
{
    /// <summary>Time until it is started again: <c>2s</c>.</summary>
    public string? Delay { get; init; }

    /// <summary>How often it is started again before it is given up; for ever when it is not given.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How long it must have run for the start to count as a success.</summary>
    public string? Window { get; init; }
}
