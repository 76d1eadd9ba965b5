namespace Acci.Environments.Specification;

/// <summary>A network. Source: Compose specification, Networks top-level element.</summary>
public sealed record Network
{
    /// <summary><c>bridge</c>, or <c>overlay</c> across the nodes of a swarm.</summary>
    public string? Driver { get; init; }

    /// <summary>Nothing in it reaches the outside, and nothing outside reaches it.</summary>
    public bool? Internal { get; init; }

    /// <summary>Containers that are no part of the stack may join.</summary>
    public bool? Attachable { get; init; }
}
