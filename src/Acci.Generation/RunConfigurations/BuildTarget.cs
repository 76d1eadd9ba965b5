namespace Acci.Generation.RunConfigurations;

/// <summary>A target, as those know it who start it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does, in a line.</param>
/// <param name="IsDefault">It runs when no other one is asked for.</param>
public sealed record BuildTarget(string Name, string Description, bool IsDefault);
