using System.Globalization;
using System.Text;

namespace Acci.Delivery.Scanning;

/// <summary>Findings as a table, for the console and for a job's summary page. What is accepted by the ignore file or VEX stands in the report, not here.</summary>
public sealed class FindingsTable
{
    private const int MaximumRows = 40;
    private const int MaximumWidth = 40;

    private readonly IReadOnlyList<FindingRow> _rows;
    private readonly int _more;

    /// <summary>The table of what the gate judged.</summary>
    public FindingsTable(GateDecision decision)
    {
        var open = FindingRow.Of(decision.Findings).Where(x => x.Verdict is Verdict.Blocking or Verdict.Tolerated).ToList();
        _rows = [.. open.Take(MaximumRows)];
        _more = open.Count - _rows.Count;
    }

    /// <summary>There is nothing in it.</summary>
    public bool IsEmpty => _rows.Count == 0;

    /// <summary>For a terminal, a line for each finding.</summary>
    public string ToText()
    {
        string[] heads = ["SEVERITY", "ID", "PACKAGE", "INSTALLED → FIXED", "PLATFORM"];
        var cells = _rows.Select(row => Cells(row).Select(cell => Cut(SafeText.Terminal(cell))).ToArray()).Prepend(heads).ToList();
        var widths = Enumerable.Range(0, heads.Length).Select(column => cells.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in cells) text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        if (_more > 0) text.AppendLine(CultureInfo.InvariantCulture, $"and {_more} more");
        return text.ToString().TrimEnd();
    }

    /// <summary>The same as GitHub-flavoured Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("| Severity | ID | Package | Installed → fixed | Platform |\n|---|---|---|---|---|\n");
        foreach (var row in _rows)
        {
            var id = SafeText.Link(row.Finding.Url) is { } link ? $"[{SafeText.Markdown(row.Finding.Id)}]({link})" : SafeText.Markdown(row.Finding.Id);
            var cells = Cells(row).Select(SafeText.Markdown).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {(row.Verdict == Verdict.Blocking ? $"**{cells[0]}**" : cells[0])} | {id} | {cells[2]} | {cells[3]} | {cells[4]} |\n");
        }

        if (_more > 0) text.Append(CultureInfo.InvariantCulture, $"\nand {_more} more\n");
        return text.ToString();
    }

    private static string[] Cells(FindingRow row) =>
        [row.Finding.Severity.ToName(), row.Finding.Id, row.Subject, row.Versions, string.Join(", ", row.Platforms)];

    private static string Cut(string text) => Redaction.Beginning(text, MaximumWidth);
}
