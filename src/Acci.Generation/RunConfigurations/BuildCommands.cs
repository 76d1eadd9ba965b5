namespace Acci.Generation.RunConfigurations;

/// <summary>What can be typed after <c>./build.sh</c>: the targets, and the parameters.</summary>
/// <param name="Targets">The targets, by name.</param>
/// <param name="Parameters">The parameters, by name.</param>
public sealed record BuildCommands(IReadOnlyList<BuildTarget> Targets, IReadOnlyList<BuildParameter> Parameters);
