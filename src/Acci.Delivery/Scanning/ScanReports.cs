using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Sarif;
using Acci.Generation;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>What is said of scanned images: what the gate decides, SARIF of each platform, one page for people, and the job's summary.</summary>
/// <param name="context">What the targets of the build share.</param>
internal sealed class ScanReports(DeliveryContext context)
{
    private const string SummaryName = "summary.md";

    private readonly ImageFiles _files = new(context.Options);

    private string Page => Path.Combine(_files.Scans, HtmlReport.FileName);

    /// <summary>A scanner's name and version.</summary>
    public static string NameOf(Trivy scanner) => scanner.Version is { } version ? $"Trivy {version}" : "Trivy";

    /// <summary>The record of a scan that has just been made, with its reports in this folder.</summary>
    public ScanRecord Record(Trivy scanner, string image, Digest digest, IReadOnlyList<ScannedPlatform> platforms, string folder) =>
        new ScanRecord
        {
            Image = image,
            Digest = digest,
            ScannedAt = context.Time.GetUtcNow(),
            Scanner = NameOf(scanner),
            Platforms = platforms,
        }.WithReportsOf(folder);

    /// <summary>Asks the gate about what was found, and writes the SARIF of it.</summary>
    public ScannedImage Judge(SeverityGate gate, ScanRecord record, string folder, ImageDefinition? image, FindingOrigins origins)
    {
        record.EnsureReportsAreUnchanged(folder);
        var reports = record.Platforms.Select(x => (x.Platform, Report: TrivyReport.Read(ScanRecord.ReportFile(folder, x.Platform)))).ToList();
        var found = reports.SelectMany(x => x.Report.Findings().Select(finding => (x.Platform, finding)));
        var decision = gate.Judge(record, found, context.Time.GetUtcNow());
        var version = record.Scanner.Split(' ') is [_, var number] ? number : null;
        foreach (var platform in record.Platforms.Select(x => x.Platform))
        {
            var findings = FindingsSarif.Create(record, platform, [.. decision.Findings.Where(x => x.Platform == platform)], version, origins, image);
            SarifWriter.Write(findings, ScanRecord.SarifFile(folder, platform));
        }

        record = record.WithSarifOf(folder);
        record.Write(folder);

        if (record.Doubt is { } old) Log.Warning("{Image:l}: {Doubt:l}", record.Image, old);
        var contents = ScannedContent.Compared([.. reports.Select(x => x.Report.ContentOf(x.Platform))]);
        foreach (var content in contents)
        {
            Log.Information("{Image:l}, {Platform:l}: {Content:l}", record.Image, content.Platform.ToString(), SafeText.Terminal(content.ToLine()));
            if (content.Doubt is { } doubt)
                Log.Warning("{Image:l}, {Platform:l}: {Doubt:l}", record.Image, content.Platform.ToString(), SafeText.Terminal(doubt));
        }

        return new ScannedImage(record, folder, decision, contents);
    }

    /// <summary>Writes the page and the summary of all of them.</summary>
    public async Task WriteAsync(List<ScannedImage> images)
    {
        if (images.Count == 0) return;
        Directory.CreateDirectory(_files.Scans);
        AtomicFile.Write(Page, HtmlReport.Write(images, context.Time.GetUtcNow()));
        var markdown = ScanSummary.ToMarkdown(images);
        AtomicFile.Write(Path.Combine(_files.Scans, SummaryName), markdown);
        if (JobSummary.Of(context.Environment) is { } page)
            await page.AppendAsync(markdown, context.CancellationToken);
        Log.Information("{Findings:l}", ScanSummary.ToText(images));
        Log.Information("All findings: {File:l}", _files.Relative(Page));
    }

    /// <summary>Deletes page and summary, which are about an image that is there no more.</summary>
    public void Delete()
    {
        Directory.CreateDirectory(_files.Scans);
        File.Delete(Page);
        File.Delete(Path.Combine(_files.Scans, SummaryName));
    }

    /// <exception cref="DeliveryException">Images did not pass; it names all of them.</exception>
    public void EnsurePassed(IReadOnlyList<ScannedImage> images)
    {
        var problems = images.Where(x => !x.Decision.Passed).Select(x => x.Decision.Problem(x.Record.Image, _files.Relative(Page))).ToList();
        if (problems.Count > 0) throw new DeliveryException(string.Join("\n\n", problems));
    }

    /// <summary>Says which command would scan an image, for a dry run.</summary>
    /// <param name="image">The image, as messages name it.</param>
    /// <param name="then">What would be done with what is found.</param>
    /// <param name="what">What Trivy would be given to scan.</param>
    /// <param name="folder">The folder of the reports, below that of all scans.</param>
    public void Say(string image, string then, IReadOnlyList<string> what, string folder)
    {
        var scan = context.Options.Scan;
        var trivy = new Trivy(new TrivyProgram.Installed("trivy"), context.Options.CacheDirectory.Combine("trivy"))
        {
            Databases = scan.Databases,
            Offline = scan.Offline,
        };
        Log.Information("{Image:l}: would scan every platform with Trivy, {Then:l}", image, then);
        Log.Information("  {Command:l}", trivy.ToTyped(what, $"{_files.Relative(Path.Combine(_files.Scans, folder))}/<platform>.json"));
    }
}
