using System.Globalization;
using System.Text;

namespace Acci.Delivery.Scanning;

/// <summary>What was found, in short: for the end of the log and for a job's summary page.</summary>
public static class ScanSummary
{
    /// <summary>For a terminal.</summary>
    public static string ToText(IReadOnlyList<ScannedImage> images)
    {
        var text = new StringBuilder();
        foreach (var image in images)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{SafeText.Terminal(image.Record.Image)}: {image.ToLine()}");
            var table = new FindingsTable(image.Decision);
            if (!table.IsEmpty) text.AppendLine(table.ToText());
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>GitHub-flavoured Markdown.</summary>
    public static string ToMarkdown(IReadOnlyList<ScannedImage> images)
    {
        var text = new StringBuilder();
        foreach (var image in images)
        {
            var verdict = image.Decision.Passed ? "passed" : "**stopped**";
            text.Append(CultureInfo.InvariantCulture, $"## Findings in {SafeText.Markdown(image.Record.Image)}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"{SafeText.Markdown(image.ToLine())}: {verdict}\n\n");
            foreach (var platform in image.Platforms) text.Append(CultureInfo.InvariantCulture, $"- {SafeText.Markdown(platform.ToString())}{(platform.Doubt is { } doubt ? $": **{SafeText.Markdown(doubt)}**" : "")}\n");
            foreach (var entry in image.Decision.Expired)
                text.Append(CultureInfo.InvariantCulture, $"- {SafeText.Markdown(image.Decision.Gate.Ignores.File)}, line {entry.Line}: the entry for {SafeText.Markdown(entry.Id)} expired on {entry.ExpiresAt:yyyy-MM-dd}\n");
            text.Append('\n');
            var table = new FindingsTable(image.Decision);
            if (!table.IsEmpty) text.Append(table.ToMarkdown()).Append('\n');
        }

        return text.ToString();
    }
}
