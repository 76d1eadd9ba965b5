using System.Globalization;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Scans every platform of every image that was built, or the published images that were named, writes the reports, and lets pass what the gate lets
/// pass. A scan of the same digest is used again for some hours, unless the scan was asked for; the gate is asked every time.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class ScanImages(DeliveryContext context) : Verb
{
    private const int LargestRecord = 16 * 1024 * 1024;

    private readonly ImageFiles _files = new(context.Options);
    private readonly ScanReports _reports = new(context);

    /// <summary>The scan itself was asked for, so none that was made before is judged in its place; <c>--republish</c> asks for it, too.</summary>
    public bool IsAskedFor { get; init; }

    private bool IsAnew => IsAskedFor || context.Options.Republish;

    private IReadOnlyList<ImageReference> Published => context.Options.Scan.Images;

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">An image was not built, and is not going to be; or nothing can be written down.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        if (Published.Count == 0) await context.EnsureBuiltAsync(scope);
        context.EnsureMayWriteArtifacts(_files.Scans);
    }

    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        var then = $"and stop at {string.Join(", ", context.Options.Scan.Severities.OrderDescending().Select(x => x.ToName()))}";
        foreach (var name in Published.Select(x => x.ToString())) _reports.Say(name, then, Trivy.OfPublished(name), name);
        foreach (var image in Published.Count > 0 ? [] : context.Options.Images)
            _reports.Say(image.Name, then, Trivy.OfLayout($"{_files.Relative(_files.LayoutOf(image))}.<platform>.<build>"), image.Name);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A finding stops an image, an ignored one has expired, or there is no scanner where there has to be
    /// one.</exception>
    public override async Task RunAsync()
    {
        var gate = SeverityGate.Of(context.Options.Root, context.Options.Scan);
        if (Published.Count > 0) await ScanPublishedAsync(gate);
        else await ScanBuiltAsync(gate);
    }

    private async Task ScanPublishedAsync(SeverityGate gate)
    {
        var scan = new PublishedScan(context, gate);
        var images = new List<ScannedImage>();
        foreach (var reference in Published) images.Add(await scan.RunAsync(reference));
        await _reports.WriteAsync(images);
        _reports.EnsurePassed(images);
    }

    private async Task ScanBuiltAsync(SeverityGate gate)
    {
        var scanned = new List<(ScannedImage Image, PublishTransaction Publish)>();
        await context.ForEachImageAsync(async (image, publish) =>
        {
            if (await ScanBuiltAsync(gate, image, publish) is { } result) scanned.Add((result, publish));
        });
        await _reports.WriteAsync([.. scanned.Select(x => x.Image)]);
        var policy = DeparturePolicy.Of(context, await context.DepartureAsync());
        var problems = scanned.Select(x => policy.ProblemWithDatabase(x.Publish.Record.Image, x.Image.Record.Doubt)).ToArray();
        // Every image's record says how it went before any of them stops the build.
        foreach (var ((image, publish), problem) in scanned.Zip(problems))
        {
            var scan = Digest.Of(InputFile.Read(Path.Combine(_files.Scans, publish.Record.Image, ScanRecord.FileName), LargestRecord));
            publish.Update(record => record with { ScanRecord = scan });
            if (image.Decision.Passed && problem is null) Close(image, publish);
        }

        _reports.EnsurePassed([.. scanned.Select(x => x.Image)]);
        if (problems.FirstOrDefault(x => x is not null) is { } first) throw new DeliveryException(first);
    }

    private void Close(ScannedImage image, PublishTransaction publish)
    {
        publish.Close(PublishStep.Scan, image.Findings, image.Record.ScannedAt);
        context.ScannedHere().Add(publish.Record.Image);
    }

    private async Task<ScannedImage?> ScanBuiltAsync(SeverityGate gate, ImageDefinition image, PublishTransaction publish)
    {
        var wasScanned = publish.Has(PublishStep.Scan);
        // What an earlier scan found no longer holds once another one has begun.
        publish.Reopen(PublishStep.Scan);
        var folder = Path.Combine(_files.Scans, image.Name);
        var layout = await context.LayoutAsync(image, publish.Record);
        var platforms = (await layout.ReadPlatformsAsync(context.CancellationToken)).ToList();
        var earlier = IsAnew ? null : EarlierScan(image, folder, layout.Root.Digest, platforms);
        var isFresh = earlier?.IsFreshAt(context.Time.GetUtcNow()) is true;
        var (scanner, obstacle) = isFresh ? (null, null) : await context.ScannerAsync();
        if (scanner is not null)
        {
            var record = await ScanAsync(scanner, image, publish, layout, platforms, folder);
            return await JudgeAsync(gate, image, record, folder);
        }

        if (earlier is null || (!isFresh && !wasScanned))
        {
            await SkipAsync(image, publish, obstacle!);
            return null;
        }

        var age = context.Time.GetUtcNow() - earlier.ScannedAt;
        if (isFresh)
        {
            Log.Information(
                "{Image}: not scanned again: {Scanner:l} scanned this digest {Age:l} ago, at {Time:HH:mm} UTC; what it found is judged",
                image.Name, earlier.Scanner, ScanAge.ToText(age), earlier.ScannedAt);
        }
        else
        {
            await EnsureMayGoUnscannedAsync(image, $"{obstacle} Its last scan was {ScanAge.ToText(age)} ago, and does not count any more.");
            Log.Warning(
                "{Image}: not scanned again: {Obstacle:l} What was found {Age:l} ago, on {Date:yyyy-MM-dd}, is judged",
                image.Name, obstacle, ScanAge.ToText(age), earlier.ScannedAt);
        }

        return await JudgeAsync(gate, image, earlier, folder) with { Age = age };
    }

    private async Task<ScannedImage> JudgeAsync(SeverityGate gate, ImageDefinition image, ScanRecord record, string folder)
    {
        var tree = await RepositoryFiles.OfWorkingTreeAsync(context.Options.Root, context.CancellationToken);
        return _reports.Judge(gate, record, folder, image, new FindingOrigins(tree));
    }

    // An earlier scan of exactly this image, if everything it left is as it was left. What is wrong with it is said, and the image is scanned.
    private ScanRecord? EarlierScan(ImageDefinition image, string folder, Digest digest, IEnumerable<PlatformImage> platforms)
    {
        try
        {
            if (ScanRecord.Read(folder) is not { } record || record.Digest != digest) return null;
            var file = _files.Relative(Path.Combine(folder, ScanRecord.FileName));
            if (record.Image != image.Name) throw new DeliveryException($"{file} is of the image '{record.Image}'.");
            if (!record.Platforms.Select(x => (x.Platform, x.Digest)).SequenceEqual(platforms.Select(x => (x.Platform, x.Manifest.Digest))))
                throw new DeliveryException($"{file} does not name the platforms that {digest} has.");
            if (record.ScannedAt > context.Time.GetUtcNow())
            {
                throw new DeliveryException(string.Create(
                    CultureInfo.InvariantCulture, $"{file} says that the scan was made on {record.ScannedAt:yyyy-MM-dd HH:mm} UTC, which is in the future."));
            }

            record.EnsureReportsAreUnchanged(folder);
            return record;
        }
        catch (DeliveryException exception)
        {
            Log.Warning("{Image}: an earlier scan does not count: {Problem:l}", image.Name, exception.Message);
            return null;
        }
    }

    private async Task SkipAsync(ImageDefinition image, PublishTransaction publish, string obstacle)
    {
        publish.Update(record => record.Without(PublishStep.Scan, obstacle));
        // What an earlier scan wrote is not about this image.
        _reports.Delete();
        await EnsureMayGoUnscannedAsync(image, obstacle);
        publish.LeaveOut(PublishStep.Scan, obstacle);
        Log.Warning("{Image}: not scanned: {Obstacle:l} It is published on this machine only", image.Name, obstacle);
    }

    private async Task EnsureMayGoUnscannedAsync(ImageDefinition image, string obstacle) =>
        DeparturePolicy.Of(context, await context.DepartureAsync()).EnsureMayGoUnscanned(image.Name, obstacle);

    private async Task<ScanRecord> ScanAsync(
        Trivy scanner, ImageDefinition image, PublishTransaction publish, OciLayout layout, IReadOnlyList<PlatformImage> platforms, string folder)
    {
        var scanned = new List<ScannedPlatform>();
        ScanRecord.Delete(folder);
        foreach (var platform in platforms)
        {
            Log.Information("{Image}: scanning {Platform:l} with {Scanner:l}", image.Name, platform.Platform.ToString(), ScanReports.NameOf(scanner));
            // Of a layout with several images Trivy reads the first.
            var (view, deletion) = await layout.ViewAsync(platform, context.CancellationToken);
            using (deletion) await scanner.ScanLayoutAsync(view.Folder, ScanRecord.ReportFile(folder, platform.Platform), context.CancellationToken);
            scanned.Add(new ScannedPlatform(platform.Platform, platform.Manifest.Digest) { DatabaseAt = scanner.DatabaseDate });
        }

        var built = publish.Record;
        return _reports.Record(scanner, image.Name, built.Digest, scanned, folder) with { Repository = built.Repository, Revision = built.Revision };
    }
}
