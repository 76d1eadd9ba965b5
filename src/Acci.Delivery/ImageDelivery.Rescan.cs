using System.Text.Json;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private const string RevisionKey = "org.opencontainers.image.revision";
    private const string VersionKey = "org.opencontainers.image.version";
    private const string SourceKey = "org.opencontainers.image.source";
    private const long LargestConfiguration = 8 * 1024 * 1024;

    /// <summary>
    /// Scans what is published again, because new vulnerabilities become known in old images, and uploads the findings for the commit each image was built from.
    /// Nothing fails for what is found: that is what the alerts are for.
    /// </summary>
    /// <exception cref="DeliveryException">There is no scanner, nothing is published, an image could not be scanned, or an upload was refused; the others were scanned and uploaded.</exception>
    public async Task RescanAsync()
    {
        if (await context.IsForkOnScheduleAsync()) return;
        var gate = SeverityGate.Of(context.Options.Root, context.Options.Scan);
        var references = context.Options.Scan.Images.Count > 0 ? [.. context.Options.Scan.Images.Select(ImageReference.Parse)] : await PublishedAsync();
        var scanned = new List<ScannedImage>();
        var failed = new List<string>();
        foreach (var reference in references)
        {
            try
            {
                var image = await ScanPublishedAsync(gate, reference);
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
        await ReportAsync(scanned);
        foreach (var image in scanned.Where(x => !x.Decision.Passed)) Log.Warning("{Image:l} would not be published again: {Line:l}", image.Record.Image, image.Decision.ToLine());
        var uploaded = new List<ScannedImage>();
        foreach (var image in scanned)
        {
            if (await WithRefAsync(image.Record) is { } record) uploaded.Add(image with { Record = record });
            else Log.Warning("{Image:l}: its findings are not uploaded: it does not say from which commit of this repository it was built, or the default branch is not known (set GITHUB_REPOSITORY)", image.Record.Image);
        }

        await UploadAsync([.. uploaded.Select(x => (x.Record, x.Folder))], []);
        if (failed.Count > 0) throw new DeliveryException($"The findings of {(scanned.Count == 1 ? "one image" : $"{scanned.Count} images")} are reported; others could not be scanned:{string.Concat(failed)}");
    }

    /// <summary>Each image's released digest, <c>latest</c>, or else what the default branch points at.</summary>
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
                if (published is null && await registry.FindAsync(repository.WithTag(tag), Cancellation) is { } descriptor) published = repository.WithTag(tag) with { Digest = descriptor.Digest };
            }

            if (published is not null) found.Add(published);
            else Log.Warning("{Repository:l} has none of the tags {Tags:l}: name what is to be scanned with --image", repository.ToString(), string.Join(", ", tags));
        }

        return found.Count > 0 ? found : throw new DeliveryException("Nothing is published that could be scanned: name it with --image.");
    }

    private async Task<ScannedImage> ScanPublishedAsync(SeverityGate gate, ImageReference reference)
    {
        var (scanner, obstacle) = await context.ScannerAsync();
        if (scanner is null) throw new DeliveryException($"{reference} cannot be scanned: {obstacle}");

        var isOwn = await IsOwnAsync(reference);
        var name = isOwn ? reference.Path.Split('/')[^1] : reference.Path;
        var image = isOwn ? context.Options.Images.FirstOrDefault(x => x.Name == name) : null;
        using var other = isOwn ? null : context.Connect(reference.Normalize().Domain!);
        var registry = other ?? await context.RegistryAsync();
        var manifest = await registry.GetManifestAsync(reference, Cancellation);
        // Versions of an image lie beside each other, and none of them in the place of one that was built here.
        var folder = Path.Combine(ScanFolder, "published", name, manifest.Digest.Hex[..12]);
        ScanRecord.Delete(folder);

        var platforms = new List<ScannedPlatform>();
        foreach (var (platform, digest) in manifest.IsIndex ? PlatformImage.Of(manifest.Manifests).Select(x => ((Platform?)x.Platform, x.Manifest.Digest)) : [((Platform?)null, manifest.Digest)])
        {
            Log.Information("{Image:l}: scanning {Platform:l} with {Scanner:l}", reference.ToString(), platform?.ToString() ?? digest.ToString(), NameOf(scanner));
            var draft = Path.Combine(folder, $"{digest.Hex}.json");
            var report = await scanner.ScanPublishedAsync(reference.WithDigest(digest), draft, Cancellation);
            // Of an image without an index its configuration tells the platform.
            var actual = platform ?? Platform.Parse(report.Metadata?.ImageConfig is { Os: { } os, Architecture: { } architecture } configuration
                ? $"{os}/{architecture}{(string.IsNullOrEmpty(configuration.Variant) ? "" : $"/{configuration.Variant}")}"
                : throw new DeliveryException($"{reference}: the scan does not tell the image's platform."));
            File.Move(draft, ScanRecord.ReportFile(folder, actual), overwrite: true);
            platforms.Add(new ScannedPlatform(actual, digest));
        }

        if (platforms.Count == 0) throw new DeliveryException($"{reference} is no image: its index names no platform.");
        var labels = manifest.Annotations.ContainsKey(RevisionKey) ? manifest.Annotations : await LabelsAsync(registry, reference, manifest, platforms[0].Digest);
        var revision = await OwnRevisionAsync(labels);
        var record = Record(scanner, name, manifest.Digest, platforms) with { Repository = reference.Repository, Revision = revision, Version = labels.GetValueOrDefault(VersionKey, "") };
        var tree = image is null ? RepositoryFiles.Empty : await RepositoryFiles.OfCommitAsync(context.Options.Root, revision, file => file == image.Dockerfile || FindingOrigins.IsPackageFile(file), Cancellation);
        return Judge(gate, record, folder, image, new FindingOrigins(tree));
    }

    // What built the image may write labels only.
    private async Task<IReadOnlyDictionary<string, string>> LabelsAsync(OciRegistry registry, ImageReference reference, Manifest manifest, Digest platform)
    {
        var image = manifest.IsIndex ? await registry.GetManifestAsync(reference.WithDigest(platform), Cancellation) : manifest;
        if (image.Config is not { Size: <= LargestConfiguration } descriptor) return new Dictionary<string, string>();
        using var configuration = Parse(await registry.ReadBlobAsync(reference, descriptor, Cancellation));
        return configuration?.RootElement.Find("config")?.Find("Labels") is { ValueKind: JsonValueKind.Object } labels
            ? labels.EnumerateObject().Where(x => x.Value.ValueKind == JsonValueKind.String).ToDictionary(x => x.Name, x => x.Value.GetString()!)
            : new Dictionary<string, string>();

        // An artifact's configuration may be anything.
        static JsonDocument? Parse(byte[] content)
        {
            try
            {
                return JsonDocument.Parse(content);
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The commit of this repository that an image was built from; empty where it names none, or one of another repository's.</summary>
    private async Task<string> OwnRevisionAsync(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.GetValueOrDefault(RevisionKey) is not { Length: 40 } revision || !revision.All(char.IsAsciiHexDigitLower)) return "";
        if (await new Git(context.Options.Root).CommitOfAsync(revision, Cancellation) is not null) return revision;
        var (url, source) = ((await context.FactsAsync()).Repository.Url, labels.GetValueOrDefault(SourceKey, ""));
        return url.Length > 0 && Plain(url) == Plain(source) ? revision : "";

        static string Plain(string url) => url.TrimEnd('/').Replace(".git", "", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();
    }

    // Without --registry images of the build's own are on this machine, and the local registry need not be started to see that this one is not.
    private async Task<bool> IsOwnAsync(ImageReference reference) =>
        (context.Options.Registry is not null || new Destination(reference.Registry, "").IsLoopback)
        && reference.Repository.StartsWith($"{await context.DestinationAsync()}/", StringComparison.Ordinal);

    /// <summary>
    /// The record for the ref the image was built for: the tag of its version, where this clone has it; else the default branch, where people look at alerts. Null where
    /// neither is known, or the commit is not.
    /// </summary>
    private async Task<ScanRecord?> WithRefAsync(ScanRecord record)
    {
        if (record.Revision.Length == 0) return null;
        var tags = await new Git(context.Options.Root).TagsAtAsync(record.Revision, Cancellation);
        if (tags.FirstOrDefault(tag => tag == record.Version || tag == $"v{record.Version}") is { } tag) return record with { Ref = $"refs/tags/{tag}" };
        var branch = (await context.FactsAsync()).Repository.DefaultBranch;
        return branch.Length > 0 ? record with { Ref = $"refs/heads/{branch}" } : null;
    }
}
