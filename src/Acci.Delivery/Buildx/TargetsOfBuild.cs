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
    public static BaseImages BaseImagesFor(this DeliveryContext context, Destination destination) =>
        BaseImages.Of(context, destination.IsLoopback, BakeTargets.SbomGenerator);

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

        return new BakeTargets
        {
            Root = options.Root,
            Version = version,
            Labels = OciLabels.Of(facts, version.ToString()) with { Created = version.CommitTime ?? DateTimeOffset.UnixEpoch },
            BaseImages = await context.BaseImagesFor(await context.DepartureAsync()).ResolveAsync(BakeTargets.NeededBy(options.Images), context.CancellationToken),
            Cache = (image, part) => CacheLocation.Of(CacheOf(image), destination.RepositoryOf(image), options.CacheDirectory, facts.IsDefaultBranch, part),
            Secrets = BuildSecrets.Of(context.Environment),
            LayoutOf = image => files.Relative(files.LayoutOf(image)),
        };

        BuildCache CacheOf(ImageDefinition image) => options.Cache ?? (destination.IsLoopback ? BuildCache.None : image.Cache);
    }
}
