namespace Acci.Delivery.Scanning;

/// <summary>An image that was scanned, and what the gate says about it.</summary>
/// <param name="Record">What was scanned.</param>
/// <param name="Folder">Where its reports lie.</param>
/// <param name="Decision">What the gate says.</param>
/// <param name="Platforms">The platforms, with findings or without.</param>
public sealed record ScannedImage(ScanRecord Record, string Folder, GateDecision Decision, IReadOnlyList<ScannedContent> Platforms)
{
    /// <summary>How old the scan is; null where this build made it.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>The counts, and why they say little, of which platforms, in a line.</summary>
    public string Findings
    {
        get
        {
            string[] doubtful = [.. Platforms.Where(x => x.Doubt is not null).Select(x => x.Platform.ToString())];
            string?[] parts = [Decision.ToLine(), doubtful.Length == 0 ? null : $"not all of {string.Join(", ", doubtful)} can be seen by the scanner", Record.Doubt];
            return string.Join("; ", parts.OfType<string>());
        }
    }

    /// <summary>The counts in a line, and how old they are.</summary>
    public string ToLine() => Age is { } age ? $"{Findings} (scanned {ScanAge.ToWhen(age)})" : Findings;
}
