using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Decides whether an image may leave the machine. It looks at full reports: what was found is one thing, what stops a publish another, and changing the second needs no
/// new scan.
/// </summary>
public sealed record SeverityGate
{
    /// <summary>Severities that stop a publish.</summary>
    public IReadOnlyList<Severity> Severities { get; init; } = Delivery.Severities.Default;

    /// <summary>Lets vulnerabilities pass that no version fixes.</summary>
    public bool IgnoreUnfixed { get; init; }

    /// <summary>Findings that are accepted.</summary>
    public IgnoreFile Ignores { get; init; } = IgnoreFile.None;

    /// <summary>What the makers of packages say.</summary>
    public IReadOnlyList<VexDocument> Vex { get; init; } = [];

    /// <summary>The gate as the parameters set it, with the files they name.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="options">The parameters.</param>
    /// <exception cref="WrongUseException">A file that is named is not there.</exception>
    /// <exception cref="DeliveryException">A file cannot be understood.</exception>
    public static SeverityGate Of(string root, ScanOptions options)
    {
        if (options.IgnoreFile is { } named) ParameterFile.EnsureExists("--ignore-file", named, Path.Combine(root, named));
        foreach (var vex in options.Vex) ParameterFile.EnsureExists("--vex", vex, Path.Combine(root, vex));
        if (InputFile.Exists(Path.Combine(root, IgnoreFile.OlderName)) && options.IgnoreFile is null)
            Log.Warning("{Older:l} is not looked at: write its entries into {File:l}, or name it with --ignore-file", IgnoreFile.OlderName, IgnoreFile.DefaultName);
        var file = options.IgnoreFile ?? (InputFile.Exists(Path.Combine(root, IgnoreFile.DefaultName)) ? IgnoreFile.DefaultName : null);
        return new SeverityGate
        {
            Severities = options.Severities,
            IgnoreUnfixed = options.IgnoreUnfixed,
            // Messages name the file as it was given.
            Ignores = file is null ? IgnoreFile.None : IgnoreFile.Read(Path.Combine(root, file)) with { File = file },
            Vex = [.. options.Vex.Select(x => VexDocument.Read(Path.Combine(root, x)))],
        };
    }

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
