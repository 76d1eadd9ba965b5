using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Serilog;

namespace Acci.Delivery.Buildx;

/// <summary>The bake targets of a build, and what they start from.</summary>
internal static class TargetsOfBuild
{
    /// <summary>What stands for the base images of images that go to a destination.</summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="destination">Where the images go.</param>
    /// <param name="engine">Where they are built; null for the private engine of this machine, which does not run yet.</param>
    public static async Task<BaseImages> BaseImagesForAsync(this DeliveryContext context, Destination destination, DockerEngine? engine) =>
        new(context.ImageLocks(), context.Scripts())
        {
            Mirror = context.Options.ImageMirror,
            // In this machine's own registry, which takes them without a login, whichever one the images themselves go to.
            StandInRegistryAsync = destination.IsLoopback ? context.LocalRegistryAsync : null,
            StandInObstacle = destination.IsLoopback ? await context.StandInObstacleAsync(engine) : null,
        };

    /// <summary>The targets of images that go to a destination.</summary>
    /// <exception cref="DeliveryException">A base image is not available.</exception>
    public static async Task<BakeTargets> BakeTargetsAsync(this DeliveryContext context, Destination destination)
    {
        var options = context.Options;
        var files = new ImageFiles(options);
        var (version, facts) = (await context.VersionAsync(), await context.FactsAsync());
        var engine = await context.EngineAsync();
        // BuildKit goes on without a cache that it does not reach.
        if (options.Cache == BuildCache.Registry && destination.IsLoopback && !(await context.LocationAsync(engine)).ReachesLoopback)
        {
            Log.Warning(
                "--cache Registry may have no effect: {Engine:l} does not reach this machine's loopback. --cache Local keeps results here",
                engine.ToString());
        }

        var baseImages = await context.BaseImagesForAsync(destination, engine);
        return new BakeTargets
        {
            Version = version,
            Labels = OciLabels.Of(facts, version.ToString()) with { Created = version.CommitTime ?? DateTimeOffset.UnixEpoch },
            BaseImages = await baseImages.ResolveAsync(BakeTargets.NeededBy(options.Images), context.CancellationToken),
            Cache = (image, part) => CacheLocation.Of(CacheOf(image), destination.RepositoryOf(image), options.CacheDirectory, facts.IsDefaultBranch, part),
            Secrets = BuildSecrets.Of(context.Environment),
            LayoutOf = image => files.Relative(files.LayoutOf(image)),
        };

        BuildCache CacheOf(ImageDefinition image) => options.Cache ?? (destination.IsLoopback ? BuildCache.None : image.Cache);
    }
}
