using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Versioning;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private const string RevisionKey = "org.opencontainers.image.revision";
    private const string VersionKey = "org.opencontainers.image.version";

    /// <summary>
    /// Scans what is published again, because new vulnerabilities become known in old images, and uploads the findings for the commit each image was built from.
    /// Nothing fails for what is found: that is what the alerts are for.
    /// </summary>
    /// <exception cref="DeliveryException">There is no scanner, nothing is published, or an upload was refused.</exception>
    public async Task RescanAsync()
    {
        if (IsDryRun)
        {
            SayScan();
            return;
        }

        if (await IsForkOnScheduleAsync()) return;
        var references = context.Options.Scan.Images.Count > 0 ? [.. context.Options.Scan.Images.Select(ImageReference.Parse)] : await PublishedAsync();
        var scanned = new List<ScannedImage>();
        foreach (var reference in references) scanned.Add(await ScanPublishedAsync(reference, gitRef: ""));
        await ReportAsync(scanned);
        foreach (var image in scanned.Where(x => !x.Decision.Passed)) Log.Warning("{Image:l} would not be published again: {Line:l}", image.Record.Image, image.Decision.ToLine());
        await UploadAsync([.. scanned.Select(x => x.Record)], []);
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

            found.Add(published ?? throw new DeliveryException($"{repository} has none of the tags {string.Join(", ", tags)}: name what is to be scanned with --image."));
        }

        return found;
    }

    /// <param name="reference">What is scanned.</param>
    /// <param name="gitRef">Null for no upload; else findings belong to the ref the image was built for.</param>
    private async Task<ScannedImage> ScanPublishedAsync(ImageReference reference, string? gitRef)
    {
        var (scanner, obstacle) = await context.ScannerAsync();
        if (scanner is null) throw new DeliveryException($"{reference} cannot be scanned: {obstacle}");
        if (context.Options is { RegistryUser: { } user, RegistryToken: { } token }) scanner = scanner with { Login = (user, token) };

        var isOwn = await IsOwnAsync(reference);
        var name = isOwn ? reference.Path.Split('/')[^1] : reference.Path;
        var image = isOwn ? context.Options.Images.FirstOrDefault(x => x.Name == name) : null;
        using var other = isOwn ? null : OciRegistry.Of(reference);
        var manifest = await (other ?? await context.RegistryAsync()).GetManifestAsync(reference, Cancellation);
        var folder = Path.Combine(ScanFolder, name);

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
        var revision = manifest.Annotations.GetValueOrDefault(RevisionKey, "");
        var record = Record(scanner, name, manifest.Digest, platforms) with
        {
            Revision = revision,
            Ref = gitRef is null ? null : await RefOfAsync(revision, manifest.Annotations.GetValueOrDefault(VersionKey, "")),
        };
        var tree = image is null ? RepositoryFiles.Empty : await RepositoryFiles.OfCommitAsync(context.Options.Root, revision, file => file == image.Dockerfile || FindingOrigins.IsPackageFile(file), Cancellation);
        return Judge(record, folder, image, new FindingOrigins(tree));
    }

    // Without --registry images of the build's own are on this machine, and the local registry need not be started to see that this one is not.
    private async Task<bool> IsOwnAsync(ImageReference reference) =>
        (context.Options.Registry is not null || new Destination(reference.Registry, "").IsLoopback)
        && reference.Repository.StartsWith($"{await context.DestinationAsync()}/", StringComparison.Ordinal);

    /// <summary>The tag of the version the image was built from, where this clone has it; else the default branch, where people look at alerts.</summary>
    private async Task<string> RefOfAsync(string revision, string version)
    {
        var tags = revision.Length == 0 ? [] : await new Git(context.Options.Root).TagsAtAsync(revision, Cancellation);
        if (tags.FirstOrDefault(tag => tag == version || tag == $"v{version}") is { } tag) return $"refs/tags/{tag}";
        var branch = (await context.FactsAsync()).Repository.DefaultBranch;
        return branch.Length > 0 ? $"refs/heads/{branch}" : "";
    }
}
