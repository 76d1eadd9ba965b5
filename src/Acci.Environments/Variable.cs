namespace Acci.Environments;

/// <summary>A variable that an environment can be told something with: in its <c>.env</c> file, or in the environment of the command that starts it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it means, one line.</param>
/// <param name="Default">What it is when nobody sets it; null where nothing is.</param>
public sealed record Variable(string Name, string Description, string? Default);
