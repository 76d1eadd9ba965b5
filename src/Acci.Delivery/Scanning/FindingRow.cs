using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>A finding as people read it: one row, whatever number of platforms have it.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Platforms">The platforms that have it.</param>
/// <param name="Verdict">What the gate makes of it; the same on every platform.</param>
/// <param name="Reason">Why.</param>
public sealed record FindingRow(ScanFinding Finding, IReadOnlyList<Platform> Platforms, Verdict Verdict, string Reason)
{
    /// <summary>The rows, the most severe first, then by identifier and package.</summary>
    public static IReadOnlyList<FindingRow> Of(IEnumerable<JudgedFinding> findings) =>
    [
        .. findings
            .GroupBy(x => (x.Finding.Kind, x.Finding.Id, x.Finding.Severity, x.Finding.Package, x.Finding.InstalledVersion, x.Finding.FixedVersion, x.Finding.ImagePath, x.Finding.Line, x.Verdict, x.Reason))
            .Select(group => new FindingRow(group.First().Finding, [.. group.Select(x => x.Platform).Distinct()], group.Key.Verdict, group.Key.Reason))
            .OrderBy(x => x.Verdict is Verdict.Ignored or Verdict.NotAffected)
            .ThenByDescending(x => x.Finding.Severity)
            .ThenBy(x => x.Finding.Id, StringComparer.Ordinal)
            .ThenBy(x => x.Finding.Package, StringComparer.Ordinal),
    ];

    /// <summary>What has it: the package, or the file.</summary>
    public string Subject => Finding.Package.Length > 0 ? Finding.Package : Finding.Line > 0 ? $"{Finding.ImagePath}:{Finding.Line}" : Finding.ImagePath;

    /// <summary>Installed version and what fixes it: <c>1.1.1c-r0 → 1.1.1d-r0</c>.</summary>
    public string Versions => Finding.Kind != FindingKind.Vulnerability ? ""
        : $"{Finding.InstalledVersion} → {(Finding.FixedVersion.Length > 0 ? Finding.FixedVersion : "no fix yet")}";

    /// <summary>The row in a line, for a terminal.</summary>
    public string ToLine() => SafeText.Terminal(
        $"{Finding.Severity.ToName()} {Finding.Id} {Subject} {Versions}".TrimEnd() + $" ({string.Join(", ", Platforms)}){(Finding.Title.Length > 0 ? $": {Finding.Title}" : "")}");
}
