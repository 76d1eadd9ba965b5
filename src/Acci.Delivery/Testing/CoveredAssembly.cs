namespace Acci.Delivery.Testing;

/// <summary>How much of an assembly the tests ran.</summary>
/// <param name="Name">The assembly.</param>
/// <param name="RunLines">Lines with code that at least one test ran.</param>
/// <param name="Lines">Lines with code.</param>
public sealed record CoveredAssembly(string Name, int RunLines, int Lines);
