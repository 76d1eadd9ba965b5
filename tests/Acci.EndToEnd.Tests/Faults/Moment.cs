namespace Acci.EndToEnd.Tests.Faults;

/// <summary>When a fault begins: a part of the way through a step that nothing happens to.</summary>
/// <param name="Fraction">From 0, the start, to 1, the end.</param>
/// <param name="OfRequests">Counted in the step's requests, so that the short phase in which tags move is met as often as the long ones; else in time.</param>
public readonly record struct Moment(double Fraction, bool OfRequests);
