using System.Text;
using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.GitHub;

/// <summary>
/// The summary page of a job, to which each step adds GitHub-flavoured Markdown: the file that GITHUB_STEP_SUMMARY names.
/// Source: GitHub's documentation, "Workflow commands", sections "Adding a job summary" and "Step isolation and limits".
/// </summary>
/// <param name="file">The file.</param>
public sealed class JobSummary(string file)
{
    /// <summary>What one step may write, bytes; of a step that wrote more GitHub shows nothing.</summary>
    public const int Limit = 1024 * 1024;

    private const string Fence = "```";

    /// <summary>The page of the step this runs in; none outside GitHub Actions.</summary>
    public static JobSummary? Of(ProcessEnvironment environment) => environment.Find("GITHUB_STEP_SUMMARY") is { } file ? new JobSummary(file) : null;

    /// <summary>Adds to the page. What would go beyond <see cref="Limit"/> is cut off at a line's end, and the page says so.</summary>
    public async Task AppendAsync(string markdown, CancellationToken cancellationToken = default)
    {
        markdown = Redaction.Redact(markdown);
        var written = File.Exists(file) ? new FileInfo(file).Length : 0;
        var text = written == 0 ? markdown : $"\n{markdown}";
        var room = Limit - written;
        if (Encoding.UTF8.GetByteCount(text) > room) text = Cut(text, room);
        if (text.Length == 0) Log.Warning("The job's summary page is full: a step may write {Limit} bytes.", Limit);
        try
        {
            await File.AppendAllTextAsync(file, text, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is for people, who find the same in the log.
            Log.Warning("The job's summary page, which GITHUB_STEP_SUMMARY names, cannot be written: {Problem:l}", exception.Message);
        }
    }

    private static string Cut(string text, long room)
    {
        var lines = text.Split('\n');
        // Room for the largest notice there can be, and the end of a block of code.
        room -= Encoding.UTF8.GetByteCount($"{Fence}\n{Notice(lines.Length)}");
        var kept = new StringBuilder();
        var inCode = false;
        var count = 0;
        foreach (var line in lines)
        {
            room -= Encoding.UTF8.GetByteCount(line) + 1;
            if (room < 0) break;
            if (line.StartsWith(Fence, StringComparison.Ordinal)) inCode = !inCode;
            kept.Append(line).Append('\n');
            count++;
        }

        if (count == 0) return "";
        if (inCode) kept.Append(Fence).Append('\n');
        return kept.Append(Notice(lines.Length - count)).ToString();
    }

    private static string Notice(int lines) => $"\n> [!NOTE]\n> {lines} lines are cut off here: a step's summary holds 1 MiB. All of it is in the artifacts.\n";
}
