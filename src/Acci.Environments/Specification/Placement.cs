namespace Acci.Environments.Specification;

/// <summary>On which nodes of a swarm a service may run. Source: Compose Deploy specification, <c>placement</c>.</summary>
/// <param name="Constraints">What has to hold of a node: <c>node.id == …</c>.</param>
public sealed record Placement(IReadOnlyList<string> Constraints);
