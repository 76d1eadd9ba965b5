using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Decides whether an image may leave the machine. It looks at full reports: what was found is one thing, what stops a publish another, and changing the second needs no
/// new scan.
/// </summary>
public sealed record SeverityGate
{
    /// <summary>Severities that stop a publish.</summary>
    public IReadOnlyList<Severity> Severities { get; init; } = Scanning.Severities.Default;

    /// <summary>Lets vulnerabilities pass that no version fixes.</summary>
    public bool IgnoreUnfixed { get; init; }

    /// <summary>Findings that are accepted.</summary>
    public IgnoreFile Ignores { get; init; } = IgnoreFile.None;

    /// <summary>What the makers of packages say.</summary>
    public IReadOnlyList<VexDocument> Vex { get; init; } = [];

    /// <summary>Judges every finding of every platform.</summary>
    /// <param name="image">What was scanned.</param>
    /// <param name="findings">The findings, by platform.</param>
    /// <param name="now">The time by which entries expire.</param>
    public GateDecision Judge(ScanRecord image, IEnumerable<(Platform Platform, ScanFinding Finding)> findings, DateTimeOffset now) => new(
        [.. findings.Select(x => Judge(image, x.Platform, x.Finding, now))],
        [.. Ignores.Expired(now)])
    {
        Gate = this,
    };

    private JudgedFinding Judge(ScanRecord image, Platform platform, ScanFinding finding, DateTimeOffset now)
    {
        var (verdict, reason) = VerdictOf(image.SubjectOf(platform), finding, now);
        return new JudgedFinding(platform, finding, verdict, reason);
    }

    private (Verdict Verdict, string Reason) VerdictOf(ScannedSubject image, ScanFinding finding, DateTimeOffset now)
    {
        if (VexDocument.Find(Vex, finding, image) is { } statement) return (Verdict.NotAffected, $"VEX: {statement}");
        if (Ignores.Find(finding, now) is { } ignore)
        {
            var until = ignore.ExpiresAt is { } time ? $"ignored until {time:yyyy-MM-dd}" : "ignored";
            return (Verdict.Ignored, ignore.Statement.Length > 0 ? $"{until}: {ignore.Statement}" : until);
        }

        if (!Severities.Contains(finding.Severity)) return (Verdict.Tolerated, "");
        return IgnoreUnfixed && !finding.IsFixable ? (Verdict.Tolerated, "no version fixes it yet") : (Verdict.Blocking, "");
    }
}

/// <summary>What the gate makes of a finding.</summary>
public enum Verdict
{
    /// <summary>It stops the publish.</summary>
    Blocking,

    /// <summary>It is less severe than what stops one, or cannot be fixed yet.</summary>
    Tolerated,

    /// <summary>The ignore file accepts it.</summary>
    Ignored,

    /// <summary>A VEX document says that the image is not affected.</summary>
    NotAffected,
}

/// <summary>A finding and what the gate makes of it.</summary>
/// <param name="Platform">Where it was found.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Verdict">What it means.</param>
/// <param name="Reason">Why, where there is more to say than its severity.</param>
public sealed record JudgedFinding(Platform Platform, ScanFinding Finding, Verdict Verdict, string Reason);
