namespace Acci.Delivery.Diagnosis;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What: "Docker engine".</param>
/// <param name="Text">What was found, and when it is a problem, what to do.</param>
/// <param name="Severity">What it means for a publish.</param>
public sealed record Finding(string Name, string Text, FindingSeverity Severity);

/// <summary>What a finding means for a publish.</summary>
public enum FindingSeverity
{
    /// <summary>All is well.</summary>
    Good,

    /// <summary>It works, but not as one might expect.</summary>
    Notice,

    /// <summary>Publish fails until it is mended.</summary>
    Fatal,
}
