using Acci.Delivery.Images;

namespace Acci.Delivery.Scanning;

/// <summary>An image that was scanned, and what the gate says about it.</summary>
/// <param name="Record">What was scanned.</param>
/// <param name="Decision">What the gate says.</param>
/// <param name="Platforms">The platforms, with findings or without.</param>
public sealed record ScannedImage(ScanRecord Record, GateDecision Decision, IReadOnlyList<Platform> Platforms);
