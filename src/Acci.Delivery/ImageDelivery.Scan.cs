using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Delivery.Scanning.Report;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    // As often as Trivy's database is made anew: until then a scan of the same bytes finds the same.
    private static readonly TimeSpan ScanLifetime = TimeSpan.FromHours(6);

    private const string SummaryName = "summary.md";

    private string ScanFolder => Path.Combine(context.Options.Artifacts, "scan");

    /// <summary>
    /// Scans every platform of every image that was built, or the published images that were named, writes the reports, and lets pass what the gate lets pass.
    /// A scan of the same digest is used again for some hours; the gate is asked every time.
    /// </summary>
    /// <exception cref="DeliveryException">A finding stops an image, an ignored one has expired, or there is no scanner where there has to be one.</exception>
    public async Task ScanAsync()
    {
        var gate = SeverityGate.Of(context.Options.Root, context.Options.Scan);
        if (context.Options.Scan.Images.Count > 0)
        {
            var published = new List<ScannedImage>();
            foreach (var reference in context.Options.Scan.Images) published.Add(await ScanPublishedAsync(gate, ImageReference.Parse(reference)));
            await ReportAsync(published);
            EnsurePassed(published);
            return;
        }

        var scanned = new List<(ScannedImage Image, PublishTransaction Publish)>();
        await ForEachImageAsync(async (image, publish) =>
        {
            if (await ScanBuiltAsync(gate, image, publish) is { } result) scanned.Add((result, publish));
        });
        await ReportAsync([.. scanned.Select(x => x.Image)]);
        // Every image's record says how it went before any of them stops the build.
        foreach (var (image, publish) in scanned)
        {
            publish.Update(record => record with { NotScanned = null });
            if (image.Decision.Passed) await publish.ConfirmAsync(PublishStep.Scan, () => Task.FromResult(image.Decision.ToLine()));
            else publish.Reopen(PublishStep.Scan);
        }

        EnsurePassed([.. scanned.Select(x => x.Image)]);
    }

    /// <exception cref="DeliveryException">Images did not pass; it names all of them.</exception>
    private void EnsurePassed(IReadOnlyList<ScannedImage> images)
    {
        var problems = images.Where(x => !x.Decision.Passed).Select(x => x.Decision.Problem(x.Record.Image, ReportFile)).ToList();
        if (problems.Count > 0) throw new DeliveryException(string.Join("\n\n", problems));
    }

    private string ReportFile => Path.GetRelativePath(context.Options.Root, Path.Combine(ScanFolder, HtmlReport.FileName));

    private async Task<ScannedImage?> ScanBuiltAsync(SeverityGate gate, ImageDefinition image, PublishTransaction publish)
    {
        var folder = Path.Combine(ScanFolder, image.Name);
        var earlier = EarlierScan(folder, publish.Record.Digest);
        var record = earlier?.ScannedAt > DateTimeOffset.UtcNow - ScanLifetime ? earlier : null;
        if (record is null)
        {
            var (scanner, obstacle) = await context.ScannerAsync();
            if (scanner is not null)
            {
                record = await ScanAsync(scanner, image, publish, folder);
            }
            else if (earlier is not null && publish.Has(PublishStep.Scan))
            {
                Log.Warning("{Image}: not scanned again: {Obstacle:l} What was found on {Date:yyyy-MM-dd} is judged", image.Name, obstacle, earlier.ScannedAt);
                record = earlier;
            }
            else
            {
                await SkipScanAsync(image, publish, obstacle!);
                return null;
            }
        }
        else
        {
            Log.Information("{Image}: scanned at {Time:HH:mm} UTC for this digest; judging what was found", image.Name, record.ScannedAt);
        }

        return Judge(gate, record, folder, image, new FindingOrigins(await RepositoryFiles.OfWorkingTreeAsync(context.Options.Root, Cancellation)));
    }

    private static ScanRecord? EarlierScan(string folder, Digest digest) =>
        ScanRecord.Read(folder) is { } record && record.Digest == digest && record.Platforms.All(x => File.Exists(ScanRecord.ReportFile(folder, x.Platform))) ? record : null;

    private async Task SkipScanAsync(ImageDefinition image, PublishTransaction publish, string obstacle)
    {
        publish.Update(record => record with { NotScanned = obstacle });
        // What an earlier scan wrote is not about this image.
        foreach (var file in (string[])[HtmlReport.FileName, SummaryName]) File.Delete(Path.Combine(Directory.CreateDirectory(ScanFolder).FullName, file));
        if (publish.Has(PublishStep.Scan)) publish.Reopen(PublishStep.Scan);
        DeparturePolicy.Of(context, await context.DestinationAsync()).EnsureMayGoUnscanned(image.Name, obstacle);
        Log.Warning("{Image}: not scanned: {Obstacle:l} It is published on this machine only", image.Name, obstacle);
    }

    private async Task<ScanRecord> ScanAsync(Trivy scanner, ImageDefinition image, PublishTransaction publish, string folder)
    {
        var layout = await _files.LayoutAsync(image, Cancellation);
        var platforms = new List<ScannedPlatform>();
        ScanRecord.Delete(folder);
        foreach (var platform in await layout.ReadPlatformsAsync(Cancellation))
        {
            Log.Information("{Image}: scanning {Platform:l} with {Scanner:l}", image.Name, platform.Platform.ToString(), NameOf(scanner));
            // Of a layout with several images Trivy reads the first.
            var view = $"{layout.Folder}.scan-{platform.Platform.Slug}";
            try
            {
                await layout.WriteViewAsync(platform, view, Cancellation);
                await scanner.ScanLayoutAsync(view, ScanRecord.ReportFile(folder, platform.Platform), Cancellation);
            }
            finally
            {
                if (Directory.Exists(view)) Directory.Delete(view, recursive: true);
            }

            platforms.Add(new ScannedPlatform(platform.Platform, platform.Manifest.Digest));
        }

        return Record(scanner, image.Name, publish.Record.Digest, platforms) with { Repository = publish.Record.Repository, Revision = publish.Record.Revision };
    }

    private static string NameOf(Trivy scanner) => scanner.Version is { } version ? $"Trivy {version}" : "Trivy";

    private static ScanRecord Record(Trivy scanner, string image, Digest digest, IReadOnlyList<ScannedPlatform> platforms) =>
        new() { Image = image, Digest = digest, ScannedAt = DateTimeOffset.UtcNow, Scanner = NameOf(scanner), Platforms = platforms };

    /// <summary>Asks the gate about what was found, and writes the SARIF of it.</summary>
    private static ScannedImage Judge(SeverityGate gate, ScanRecord record, string folder, ImageDefinition? image, FindingOrigins origins)
    {
        record.Write(folder);
        var reports = record.Platforms.Select(x => (x.Platform, Report: TrivyReport.Read(ScanRecord.ReportFile(folder, x.Platform)))).ToList();
        var decision = gate.Judge(record, reports.SelectMany(x => x.Report.Findings().Select(finding => (x.Platform, finding))), DateTimeOffset.UtcNow);
        var version = record.Scanner.Split(' ') is [_, var number] ? number : null;
        foreach (var platform in record.Platforms.Select(x => x.Platform))
            SarifWriter.Write(FindingsSarif.Create(record, platform, [.. decision.Findings.Where(x => x.Platform == platform)], version, origins, image), Path.Combine(folder, $"{platform.Slug}.sarif"));
        var contents = reports.Select(x => x.Report.ContentOf(x.Platform)).ToList();
        foreach (var content in contents)
        {
            Log.Information("{Image:l}, {Platform:l}: {Content:l}", record.Image, content.Platform.ToString(), SafeText.Terminal(content.ToLine()));
            if (content.Doubt is { } doubt) Log.Warning("{Image:l}, {Platform:l}: {Doubt:l}", record.Image, content.Platform.ToString(), SafeText.Terminal(doubt));
        }

        return new ScannedImage(record, folder, decision, contents);
    }

    private async Task ReportAsync(List<ScannedImage> images)
    {
        if (images.Count == 0) return;
        Directory.CreateDirectory(ScanFolder);
        await File.WriteAllTextAsync(Path.Combine(ScanFolder, HtmlReport.FileName), HtmlReport.Write(images, DateTimeOffset.UtcNow), Cancellation);
        var markdown = ScanSummary.ToMarkdown(images);
        await File.WriteAllTextAsync(Path.Combine(ScanFolder, SummaryName), markdown, Cancellation);
        if (Variables.GetValueOrDefault("GITHUB_STEP_SUMMARY") is { Length: > 0 } page) await new JobSummary(page).AppendAsync(markdown, Cancellation);
        Log.Information("{Findings:l}", ScanSummary.ToText(images));
        Log.Information("All findings: {File:l}", ReportFile);
    }
}
