using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Delivery.Versioning;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Scanning;

/// <summary>Scans images where they are published.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="gate">What stops an image.</param>
internal sealed class PublishedScan(DeliveryContext context, SeverityGate gate)
{
    private static readonly string[] Told = [OciLabels.RevisionKey, OciLabels.SourceKey, OciLabels.VersionKey];

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>Scans every platform of an image.</summary>
    /// <exception cref="DeliveryException">There is no scanner, no such image, or it is none.</exception>
    public async Task<ScannedImage> RunAsync(ImageReference reference)
    {
        var (scanner, obstacle) = await context.ScannerAsync();
        if (scanner is null) throw new DeliveryException($"{reference} cannot be scanned: {obstacle}");

        var isOwn = await IsOwnAsync(reference);
        var name = isOwn ? reference.Path.Split('/')[^1] : reference.Path;
        var image = isOwn ? context.Options.Images.FirstOrDefault(x => x.Name == name) : null;
        using var other = isOwn ? null : context.Connect(reference.Normalize().Domain!);
        var registry = other ?? await context.RegistryOfAsync(reference.Domain!);
        var manifest = await registry.GetManifestAsync(reference, Cancellation);
        // Versions of an image lie beside each other, and none of them in the place of one that was built here.
        var reports = new ScanReports(context);
        var folder = Path.Combine(new ImageFiles(context.Options).Scans, "published", name, manifest.Digest.Hex[..12]);
        ScanRecord.Delete(folder);

        // A report for each platform: what has none, or shares one, would be left out.
        if (manifest.IsIndex && PlatformImage.ProblemOf(manifest.Manifests) is { } problem)
        {
            throw new DeliveryException(
                $"{reference} cannot be scanned as a whole: {problem}. Scan its images one by one: --scan-image {reference.Repository}@sha256:…");
        }

        var platforms = await ScanAsync(scanner, registry, reference, manifest, folder);
        var labels = manifest.Annotations.ContainsKey(OciLabels.RevisionKey)
            ? manifest.Annotations
            : await ImageLabels.ReadAsync(registry, reference, manifest, Told, Cancellation);
        var record = reports.Record(scanner, name, manifest.Digest, platforms, folder) with
        {
            Repository = reference.Repository,
            Revision = await OwnRevisionAsync(labels),
            Version = labels.GetValueOrDefault(OciLabels.VersionKey, ""),
        };
        return reports.Judge(gate, record, folder, image, new FindingOrigins(image is null ? RepositoryFiles.Empty : await FilesAsync(image)));

        Task<RepositoryFiles> FilesAsync(ImageDefinition own) => RepositoryFiles.OfCommitAsync(
            context.Options.Root, record.Revision, file => file == own.Dockerfile || FindingOrigins.IsPackageFile(file), Cancellation);
    }

    private async Task<List<ScannedPlatform>> ScanAsync(Trivy scanner, OciRegistry registry, ImageReference reference, Manifest manifest, string folder)
    {
        var platforms = new List<ScannedPlatform>();
        IEnumerable<(Platform?, Digest)> images = manifest.IsIndex
            ? PlatformImage.Of(manifest.Manifests).Select(x => ((Platform?)x.Platform, x.Manifest.Digest))
            : [(null, manifest.Digest)];
        foreach (var (platform, digest) in images)
        {
            Log.Information(
                "{Image:l}: scanning {Platform:l} with {Scanner:l}",
                reference.ToString(), platform?.ToString() ?? digest.ToString(), ScanReports.NameOf(scanner));
            var draft = Path.Combine(folder, $"{digest.Hex}.json");
            var report = await ScanAsync(scanner, registry, reference.WithDigest(digest), draft);
            // Of an image without an index its configuration tells the platform.
            var actual = platform ?? Platform.Parse(report.Metadata?.ImageConfig is { Os: { } os, Architecture: { } architecture } configuration
                ? $"{os}/{architecture}{(string.IsNullOrEmpty(configuration.Variant) ? "" : $"/{configuration.Variant}")}"
                : throw new DeliveryException($"{reference}: the scan does not tell the image's platform."));
            AtomicFile.Put(draft, ScanRecord.ReportFile(folder, actual));
            platforms.Add(new ScannedPlatform(actual, digest) { DatabaseAt = scanner.DatabaseDate });
        }

        return platforms;
    }

    // Trivy takes an authority for all that it talks to, databases included, and speaks plain http only where it believes any certificate, too: it gets the image from here.
    private async Task<TrivyReport> ScanAsync(Trivy scanner, OciRegistry registry, ImageReference image, string report)
    {
        if ((await context.AccessOfProgramsAsync(image.Normalize().Domain!)).IsUsual) return await scanner.ScanPublishedAsync(image, report, Cancellation);
        var (folder, deletion) = Session.Current.TemporaryFolder();
        using (deletion)
        {
            var layout = await registry.FetchAsync(image, Path.Combine(folder, "image"), Cancellation);
            return await scanner.ScanLayoutAsync(layout.Folder, report, Cancellation);
        }
    }

    /// <summary>The commit of this repository that an image was built from; empty where it names none, or one of another repository's.</summary>
    private async Task<string> OwnRevisionAsync(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.GetValueOrDefault(OciLabels.RevisionKey) is not { Length: 40 } revision || !revision.All(char.IsAsciiHexDigitLower)) return "";
        if (await new Git(context.Options.Root).CommitOfAsync(revision, Cancellation) is not null) return revision;
        var (url, source) = ((await context.FactsAsync()).Repository.Url, labels.GetValueOrDefault(OciLabels.SourceKey, ""));
        return OciLabels.IsSameSource(url, source) ? revision : "";
    }

    // Without --registry images of the build's own are on this machine, and the local registry need not be started to see that this one is not.
    private async Task<bool> IsOwnAsync(ImageReference reference) =>
        (context.Options.Registry is not null || new Destination(reference.Registry, "").IsLoopback)
        && (await context.DestinationsAsync()).Any(x => reference.Repository.StartsWith($"{x}/", StringComparison.Ordinal));
}
