namespace Acci.Environments.Declarations;

/// <summary>
/// A limit that stands in the compose file as a number, such as the connections a store takes, while what it depends on can be set from outside:
/// before anything is started it is compared with what this machine's settings come to.
/// </summary>
/// <param name="Needed">What the settings come to.</param>
/// <param name="Limit">What the service takes.</param>
/// <param name="Unit">What is counted, for people: <c>connections</c>.</param>
/// <param name="Store">Who has the limit, for people: <c>PostgreSQL</c>.</param>
/// <param name="Settings">The settings it comes from, for people.</param>
public sealed record Capacity(int Needed, int Limit, string Unit, string Store, IReadOnlyList<string> Settings);
