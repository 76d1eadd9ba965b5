using System.Globalization;
using System.Text;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Generation;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>What was published, for the end of the log and for a job's summary page.</summary>
/// <param name="Record">The published image.</param>
/// <param name="VerifyCommand">The command with which anyone verifies it.</param>
/// <param name="RunCommand">The command with which anyone runs it.</param>
public sealed record PublishSummary(PublishRecord Record, string VerifyCommand, string RunCommand)
{
    private const int NameWidth = 11;

    /// <summary>
    /// The two commands for readers on other machines, who have programs of their own; null where those above are for them.
    /// </summary>
    internal (string Verify, string Run)? ForReaders { get; init; }

    /// <summary>The commands for the further registries, if the image goes to several, as they are for this machine and for readers.</summary>
    internal IReadOnlyList<((string Verify, string Run) Here, (string Verify, string Run) Readers)> OfCopies { get; init; } = [];

    /// <summary>Which base images followed their tags, and why; null where each has a digest that it is pinned to.</summary>
    public string? NotPinned { get; init; }

    /// <summary>When the table is shown, for the ages in it; null where it is for later readers.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What a <c>docker</c> command needs to run the image: what the smoke test, which has run it, was told.</summary>
    internal static string[] RunArguments(ImageDefinition image, PublishTransaction publish) => RunArguments(image, publish.Reference);

    /// <inheritdoc cref="RunArguments(ImageDefinition, PublishTransaction)"/>
    internal static string[] RunArguments(ImageDefinition image, ImageReference reference)
    {
        string[] ports = image.Health is { } health ? ["--publish", $"{health.Port}:{health.Port}"] : [];
        // By digest: what is run is what was verified, whatever its tags point at by then.
        var options = image.SmokeTest;
        var variables = options.Variables.SelectMany(x => new[] { "--env", $"{x.Key}={x.Value}" });
        return ["run", "--rm", .. options.RunArguments, .. variables, .. ports, reference.ToString(), .. options.Arguments];
    }

    /// <summary>The table as text.</summary>
    public string ToText()
    {
        var rule = new string('─', 100);
        var text = new StringBuilder().AppendLine(rule);
        foreach (var (name, value) in Rows()) text.Append(name.PadRight(NameWidth)).AppendLine(value);
        text.AppendLine(rule);
        Commands("Verify", OfCopies.Select(x => x.Here.Verify).Prepend(VerifyCommand));
        Commands("Run", OfCopies.Select(x => x.Here.Run).Prepend(RunCommand));
        return text.Append(rule).ToString();

        void Commands(string name, IEnumerable<string> commands)
        {
            foreach (var command in commands)
            {
                text.Append(name.PadRight(NameWidth)).AppendLine(command);
                name = "";
            }
        }
    }

    /// <summary>The same as GitHub-flavoured Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"## {Record.Repository}").AppendLine().AppendLine("| | |").AppendLine("|---|---|");
        foreach (var (name, value) in Rows()) text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {SafeText.Code(value)} |");
        var (verify, run) = ForReaders ?? (VerifyCommand, RunCommand);
        text.AppendLine().AppendLine("```sh").AppendLine(verify).AppendLine(run);
        foreach (var (_, readers) in OfCopies) text.AppendLine(readers.Verify).AppendLine(readers.Run);
        // Commands may have a value that a definition hands to its smoke test.
        return Redaction.Redact(text.AppendLine("```").ToString());
    }

    /// <summary>Writes the Markdown of all images where a person looks for it: <c>summary.md</c> in the folder, and the job's summary page in GitHub Actions.</summary>
    public static async Task WriteMarkdownAsync(IEnumerable<PublishSummary> summaries, string folder, ProcessEnvironment environment)
    {
        var markdown = string.Join("\n", summaries.Select(x => x.ToMarkdown()));
        AtomicFile.Write(Path.Combine(folder, "summary.md"), markdown);
        if (JobSummary.Of(environment) is { } page) await page.AppendAsync(markdown);
    }

    /// <summary>Hands on what was published to later steps and jobs, in GitHub Actions.</summary>
    public static Task WriteOutputsAsync(IEnumerable<PublishSummary> summaries, ProcessEnvironment environment) =>
        StepOutputs.Of(environment)?.WriteAsync(PublishOutputs.Of([.. summaries.Select(x => x.Record)])) ?? Task.CompletedTask;

    private IEnumerable<(string Name, string Value)> Rows()
    {
        yield return ("Image", Record.Repository);
        yield return ("Digest", Record.Digest.ToString());
        yield return ("Tags", Record.Tags.Count == 0 ? "none" : string.Join(", ", Record.Tags));
        for (var i = 0; i < Record.TagsLeft.Count; i++) yield return (i == 0 ? "Not moved" : "", Record.TagsLeft[i]);
        for (var i = 0; i < Record.TagsReplaced.Count; i++) yield return (i == 0 ? "Replaced" : "", Record.TagsReplaced[i]);
        foreach (var copy in Record.Copies ?? [])
        {
            yield return ("Also in", $"{copy.Repository}: {(copy.Tags.Count == 0 ? "no tags" : string.Join(", ", copy.Tags))}");
            foreach (var left in copy.TagsLeft) yield return ("", $"not moved: {left}");
            foreach (var replaced in copy.TagsReplaced) yield return ("", $"replaced: {replaced}");
        }

        yield return ("Version", $"{Record.Version} ({Short(Record.Revision)})");
        var platforms = Record.Platforms.Select(x => $"{x.Platform,-15} {Megabytes(x.Size),8}  {x.Digest}").ToArray();
        for (var i = 0; i < platforms.Length; i++) yield return (i == 0 ? "Platforms" : "", platforms[i]);
        if (Record.BuildKit is not null) yield return ("Built with", $"BuildKit {Record.BuildKit}");
        yield return ("Signature", Result(PublishStep.Verify));
        yield return ("Smoke test", Result(PublishStep.SmokeTest));
        yield return ("Findings", $"{Result(PublishStep.Scan)}{ScanTime()}");
        if (NotPinned is not null) yield return ("Not pinned", NotPinned);
        if (Record.StandIns.Count > 0) yield return ("Stand-ins", $"{string.Join(", ", Record.StandIns)}: not for any registry but this machine's own");
    }

    private string Result(PublishStep step) => Record.Steps.GetValueOrDefault(step)?.Result ?? step switch
    {
        PublishStep.SmokeTest => $"not smoke-tested{Because(Record.NotSmokeTested)}",
        PublishStep.Scan => $"not scanned{Because(Record.NotScanned)}",
        _ => "not done",
    };

    private string ScanTime()
    {
        if (Record.Steps.GetValueOrDefault(PublishStep.Scan)?.At is not { } at) return "";
        var age = At is { } now ? $", {ScanAge.ToWhen(now - at)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $" (scanned {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC{age})");
    }

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static string Short(string revision) => revision.Length > 12 ? revision[..12] : revision;
}
