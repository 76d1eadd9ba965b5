namespace Acci.Delivery.Scanning;

/// <summary>What the gate says about an image.</summary>
/// <param name="Findings">Every finding of every platform, judged.</param>
/// <param name="Expired">Entries of the ignore file that have expired: each of them stops a publish, whether it still hides something or not.</param>
public sealed record GateDecision(IReadOnlyList<JudgedFinding> Findings, IReadOnlyList<IgnoreEntry> Expired)
{
    private const int ShownFindings = 10;

    /// <summary>The gate that decided.</summary>
    public required SeverityGate Gate { get; init; }

    /// <summary>The image may go on.</summary>
    public bool Passed => Expired.Count == 0 && Blocking.Count == 0;

    /// <summary>What stops it.</summary>
    public IReadOnlyList<JudgedFinding> Blocking => [.. Findings.Where(x => x.Verdict == Verdict.Blocking)];

    /// <summary>The counts in a line: <c>2 critical, 5 high, 1 low; 3 ignored</c>. A finding of several platforms counts once.</summary>
    public string ToLine()
    {
        var rows = FindingRow.Of(Findings);
        var open = rows.Where(x => x.Verdict is Verdict.Blocking or Verdict.Tolerated).ToList();
        var counts = open.CountBy(x => x.Finding.Severity).OrderByDescending(x => x.Key).Select(x => $"{x.Value} {x.Key.ToString().ToLowerInvariant()}");
        var parts = new List<string> { open.Count == 0 ? "no findings" : string.Join(", ", counts) };
        if (rows.Count(x => x.Verdict == Verdict.Ignored) is > 0 and var ignored) parts.Add($"{ignored} ignored");
        if (rows.Count(x => x.Verdict == Verdict.NotAffected) is > 0 and var unaffected) parts.Add($"{unaffected} not affected (VEX)");
        return string.Join("; ", parts);
    }

    /// <summary>Why the image does not pass, for an error.</summary>
    /// <param name="image">The image.</param>
    /// <param name="reportFile">Where all findings are to be read.</param>
    public string Problem(string image, string reportFile)
    {
        var lines = new List<string>();
        foreach (var entry in Expired)
            lines.Add($"{Gate.Ignores.File}, line {entry.Line}: the entry for {SafeText.Terminal(entry.Id)} expired on {entry.ExpiresAt:yyyy-MM-dd}. Remove it, or give it a new date and say why.");
        var rows = FindingRow.Of(Blocking);
        lines.AddRange(rows.Take(ShownFindings).Select(row => row.ToLine()));
        if (rows.Count > ShownFindings) lines.Add($"and {rows.Count - ShownFindings} more");
        var what = (Expired.Count, rows.Count) switch
        {
            (0, 1) => $"a finding of severity {Names} stops it",
            (0, _) => $"{rows.Count} findings of severity {Names} stop it",
            (_, 0) => "ignored findings have expired",
            _ => $"{rows.Count} findings of severity {Names} stop it, and ignored findings have expired",
        };
        var advice = rows.Count == 0 ? ""
            : $"\nTake versions that have them fixed, or accept single ones, with a date and a statement, in {(Gate.Ignores.File.Length > 0 ? Gate.Ignores.File : IgnoreFile.DefaultName)}. All findings: {reportFile}";
        return $"'{image}' is not published: {what}.{string.Concat(lines.Select(line => $"\n    {line}"))}{advice}";
    }

    private string Names => string.Join(" or ", Gate.Severities.OrderDescending().Select(x => x.ToName()));
}
