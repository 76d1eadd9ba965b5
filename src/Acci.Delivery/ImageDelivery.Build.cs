using System.Net;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    private readonly Dictionary<ImageReference, Digest?> _tagsAtStart = [];

    /// <summary>Makes sure that the registry takes what is about to be built, before minutes are spent on building it.</summary>
    public async Task EnsureRegistryAsync()
    {
        // Fetching the engine fetches the local registry, too.
        if (context.Options.Registry is null) await context.EngineAsync();
        var registry = await context.RegistryAsync();
        await registry.EnsureReachableAsync(Cancellation);
        var tags = await context.TagsAsync();
        foreach (var image in context.Options.Images)
        {
            var repository = await context.RepositoryAsync(image);
            await registry.EnsurePushAllowedAsync(repository, Cancellation);
            foreach (var tag in tags.All.Select(repository.WithTag)) _tagsAtStart[tag] = await FindAtStartAsync(registry, tag);
        }
    }

    private async Task<Digest?> FindAtStartAsync(OciRegistry registry, ImageReference tag)
    {
        try
        {
            return (await registry.FindAsync(tag, Cancellation))?.Digest;
        }
        catch (RegistryException exception) when (exception.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            // The repository may be pushed to, so this is how the registry says that it is not there yet. What is refused once it is there, is an error.
            return null;
        }
    }

    /// <summary>Builds every image for every platform, each into its layout.</summary>
    public async Task BuildAsync()
    {
        await context.LockAsync();
        var images = context.Options.Images;
        var version = await context.VersionAsync();
        foreach (var warning in version.Warnings) Log.Warning("{Warning:l}", warning);
        // The local registry is not started where there is nothing to build with.
        if (context.Options.Registry is null) await context.EngineAsync();
        var destination = await context.DestinationAsync();
        await DeparturePolicy.Of(context, destination).EnsureTreeIsItsTagsAsync(version, Cancellation);
        DeparturePolicy.Warn(version);
        var engine = await context.EngineAsync();
        Log.Information("Building version {Version:l} on {Engine:l}", version.ToString(), engine.ToString());
        var targets = await DescribeTargetsAsync(version, destination);
        // For the cache beside the image.
        using var login = await context.LoginAsync(engine);
        var layouts = await _files.Builder.BuildAsync(images, images.ToDictionary(x => x.Name, targets.Of), engine with { Login = login }, !context.Options.NoCache, Cancellation);
        foreach (var image in images)
        {
            var built = await DescribeAsync(image, layouts[image.Name], targets, destination);
            PublishTransaction.Begin(_files.RecordOf(image), built, context.Options.Force);
            Log.Information("{Image}: built for {Platforms:l}, {Digest:l}", image.Name, string.Join(", ", built.Platforms.Select(x => x.Platform)), built.Digest.ToString());
        }
    }

    private async Task<BakeTargets> DescribeTargetsAsync(VersionInfo version, Destination destination)
    {
        var facts = await context.FactsAsync();
        return new BakeTargets
        {
            Version = version,
            Labels = OciLabels.Of(facts, version.ToString()) with { Created = version.CommitTime ?? DateTimeOffset.UnixEpoch },
            BaseImages = await BaseImagesFor(destination).ResolveAsync(BakeTargets.NeededBy(context.Options.Images), Cancellation),
            Cache = image => CacheLocation.Of(context.Options.Cache ?? (destination.IsLoopback ? BuildCache.None : image.Cache), destination.RepositoryOf(image), context.Options.CacheDirectory, facts.IsDefaultBranch),
            Secrets = BuildSecrets.OfThisMachine(),
            LayoutOf = image => Path.GetRelativePath(context.Options.Root, _files.Builder.LayoutOf(image)),
        };
    }

    private BaseImages BaseImagesFor(Destination destination) =>
        new(context.ImageLocks, context.Scripts)
        {
            Mirror = context.Options.ImageMirror,
            StandInRegistry = destination.IsLoopback ? destination.Domain : null,
        };

    private static async Task<PublishRecord> DescribeAsync(ImageDefinition image, OciLayout layout, BakeTargets targets, Destination destination)
    {
        var platforms = new List<PublishedPlatform>();
        foreach (var platform in await layout.ReadPlatformsAsync())
        {
            var manifest = await layout.ReadManifestAsync(platform.Manifest);
            platforms.Add(new PublishedPlatform(platform.Platform, platform.Manifest.Digest, manifest.Blobs.Sum(x => x.Size)));
        }

        return new PublishRecord
        {
            Image = image.Name,
            Digest = layout.Root.Digest,
            Repository = destination.RepositoryOf(image).Repository,
            Version = targets.Version.ToString(),
            Revision = targets.Version.Revision ?? "",
            Platforms = platforms,
            StandIns = targets.StandInsOf(image),
        };
    }
}
