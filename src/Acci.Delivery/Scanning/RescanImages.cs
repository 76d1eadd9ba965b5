using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Scans what is published again, because new vulnerabilities become known in old images, and uploads the findings for the commit each image was
/// built from. Nothing fails for what is found: that is what the alerts are for.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class RescanImages(DeliveryContext context) : Verb
{
    private readonly ScanReports _reports = new(context);

    /// <summary>How long it is until each look at an upload that is being processed.</summary>
    internal IReadOnlyList<TimeSpan> ProcessingPauses { get; init; } = CodeScanning.DefaultPauses;

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no scanner, or what is to pass cannot be read.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        // In a fork nothing is done then.
        if (await context.IsOnScheduleAsync()) return;
        await EnsureIsRootAsync();
        context.EnsureMayWriteArtifacts(new ImageFiles(context.Options).Scans);
        SeverityGate.Of(context.Options.Root, context.Options.Scan);
        if ((await context.PlannedScannerAsync()).Obstacle is { } obstacle) throw new DeliveryException($"Nothing could be scanned: {obstacle}");
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var scan = context.Options.Scan;
        string[] names = scan.Images.Count > 0 ? [.. scan.Images.Select(x => x.ToString())]
            : context.Options.Registry is not null ? [.. (await PublishedAsync()).Select(x => x.ToString())]
            : [.. context.Options.Images.Select(image => $"{context.PlaceOf(image)}:latest")];
        if (scan.Images.Count == 0 && context.Options.Registry is null) Log.Information("A dry run does not start the local registry, so what is published there is not known");
        foreach (var name in names)
            _reports.Say(name, "and upload the findings for the commit it was built from", Trivy.OfPublished(name), $"published/{name}");
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no scanner, nothing is published, an image could not be scanned, or an upload was refused; the
    /// others were scanned and uploaded.</exception>
    public override async Task RunAsync()
    {
        if (await context.IsForkOnScheduleAsync()) return;
        await EnsureIsRootAsync();
        var scan = new PublishedScan(context, SeverityGate.Of(context.Options.Root, context.Options.Scan));
        var named = context.Options.Scan.Images;
        var references = named.Count > 0 ? named : await PublishedAsync();
        var scanned = new List<ScannedImage>();
        var failed = new List<string>();
        foreach (var reference in references)
        {
            try
            {
                var image = await scan.RunAsync(reference);
                // Two names of one image are one analysis.
                if (scanned.All(x => x.Folder != image.Folder)) scanned.Add(image);
            }
            catch (DeliveryException exception)
            {
                Log.Warning("{Image:l} was not scanned: {Problem:l}", reference.ToString(), exception.Message);
                failed.Add($"\n    {reference}: {exception.Message}");
            }
        }

        if (scanned.Count == 0) throw new DeliveryException($"Nothing could be scanned:{string.Concat(failed)}");
        await _reports.WriteAsync(scanned);
        foreach (var image in scanned.Where(x => !x.Decision.Passed))
            Log.Warning("{Image:l} would not be published again: {Line:l}", image.Record.Image, image.Decision.ToLine());
        await UploadAsync(scanned);
        if (failed.Count == 0) return;
        var count = scanned.Count == 1 ? "one image" : $"{scanned.Count} images";
        throw new DeliveryException($"The findings of {count} are reported; others could not be scanned:{string.Concat(failed)}");
    }

    private Task EnsureIsRootAsync() => RepositoryRoot.EnsureAsync(
        context.Options.Root, nameof(RescanImages), "GitHub would look for the files of the findings in the repository's root.", context.CancellationToken);

    private async Task UploadAsync(IEnumerable<ScannedImage> images)
    {
        var uploaded = new List<(ScanRecord Record, string Folder)>();
        foreach (var image in images)
        {
            if (await WithRefAsync(image.Record) is { } record) uploaded.Add((record, image.Folder));
            else
                Log.Warning(
                    "{Image:l}: its findings are not uploaded: it does not say from which commit of this repository it was built, "
                    + "or the default branch is not known (set GITHUB_REPOSITORY)",
                    image.Record.Image);
        }

        await new UploadSarif(context) { ProcessingPauses = ProcessingPauses }.UploadAsync(uploaded, []);
    }

    /// <summary>
    /// Each image's released digest, <c>latest</c>, or else what the default branch points at, or else the highest version, as where all tags have a
    /// suffix.
    /// </summary>
    private async Task<IReadOnlyList<ImageReference>> PublishedAsync()
    {
        var registry = await context.RegistryAsync();
        var branch = (await context.FactsAsync()).Repository.DefaultBranch;
        var found = new List<ImageReference>();
        foreach (var image in context.Options.Images)
        {
            var repository = await context.RepositoryAsync(image);
            string[] tags = branch.Length > 0 ? ["latest", branch.Replace('/', '-')] : ["latest"];
            ImageReference? published = null;
            foreach (var tag in tags)
            {
                if (published is null && await registry.FindAsync(repository.WithTag(tag), context.CancellationToken) is { } descriptor)
                    published = repository.WithTag(tag) with { Digest = descriptor.Digest };
            }

            published ??= await FindNewestAsync(registry, repository);
            if (published is not null) found.Add(published);
            else
                Log.Warning(
                    "{Repository:l} has none of the tags {Tags:l}, and no version: name what is to be scanned with --scan-image",
                    repository.ToString(), string.Join(", ", tags));
        }

        return found.Count > 0 ? found : throw new DeliveryException("Nothing is published that could be scanned: name it with --scan-image.");
    }

    private async Task<ImageReference?> FindNewestAsync(OciRegistry registry, ImageReference repository)
    {
        var tags = await registry.ListTagsAsync(repository, cancellationToken: context.CancellationToken).ToListAsync(context.CancellationToken);
        var versions = tags.Select(tag => (Tag: tag, Version: ImageVersion.TryParse(tag))).Where(x => x.Version is not null);
        if (versions.OrderBy(x => x.Version).LastOrDefault().Tag is not { } newest) return null;
        var descriptor = await registry.FindAsync(repository.WithTag(newest), context.CancellationToken);
        return descriptor is null ? null : repository.WithTag(newest) with { Digest = descriptor.Digest };
    }

    /// <summary>
    /// The record for the ref the image was built for: the tag of its version, where this clone has it; else the default branch, where people look at
    /// alerts. Null where neither is known, or the commit is not.
    /// </summary>
    private async Task<ScanRecord?> WithRefAsync(ScanRecord record)
    {
        if (record.Revision.Length == 0) return null;
        var tags = await new Git(context.Options.Root).TagsAtAsync(record.Revision, context.CancellationToken);
        if (TagOf(tags, record.Version, context.Options.Layout.VersionTagPrefix) is { } tag) return record with { Ref = $"refs/tags/{tag}" };
        var branch = (await context.FactsAsync()).Repository.DefaultBranch;
        return branch.Length > 0 ? record with { Ref = $"refs/heads/{branch}" } : null;
    }

    /// <summary>The one of a commit's tags that names the version, before all the one with the prefix.</summary>
    internal static string? TagOf(IReadOnlyCollection<string> tags, string version, string prefix) =>
        ((string[])[$"{prefix}{version}", version]).FirstOrDefault(tags.Contains);
}
