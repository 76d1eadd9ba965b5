namespace Acci.Environments.Specification;

/// <summary>What happens when a container ends. Source: Compose Deploy specification, <c>restart_policy</c>.</summary>
/// <param name="Condition"><c>none</c> for a job, which is to end; <c>on-failure</c>; or <c>any</c>, which no job can have.</param>
public sealed record RestartPolicy(string Condition)
{
    internal const string None = "none", OnFailure = "on-failure", Any = "any";

    /// <summary>Time until it is started again: <c>2s</c>.</summary>
    public string? Delay { get; init; }

    /// <summary>How often it is started again before it is given up; for ever when it is not given.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How long it must have run for the start to count as a success.</summary>
    public string? Window { get; init; }
}
