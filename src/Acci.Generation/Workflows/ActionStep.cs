namespace Acci.Generation.Workflows;

/// <summary>A step that runs an action.</summary>
/// <param name="Action">The action.</param>
public sealed record ActionStep(ActionReference Action) : Step
{
    /// <summary>Its inputs.</summary>
    public IReadOnlyDictionary<string, string> With { get; init; } = new Dictionary<string, string>();
}
