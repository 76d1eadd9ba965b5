namespace Acci.Environments.Specification;

/// <summary>Storage that outlives containers. Source: Compose specification, Volumes top-level element.</summary>
public sealed record Volume
{
    /// <summary>What provides it; the engine's own when it is not given.</summary>
    public string? Driver { get; init; }

    /// <summary>It exists already and is not made.</summary>
    public bool? External { get; init; }
}
