namespace Acci.Delivery.Engines;

/// <summary>Where the engine is that a build runs on.</summary>
public static class LocationOfBuild
{
    /// <summary>Where it is, seen from here. Nothing is started or made, so that a dry run may ask.</summary>
    /// <exception cref="WrongUseException"><c>--engine-host</c> is no host.</exception>
    public static Task<EngineLocation> LocationAsync(this DeliveryContext context, DockerEngine engine) =>
        context.Once(nameof(LocationAsync), () => EngineLocation.FindAsync(engine, context.Options.EngineHost, context.CancellationToken));

    /// <summary>Why stand-ins are of no use to an engine: they are in the local registry, which not every one reaches. Null where they are.</summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="engine">The engine; null for the private engine of this machine, which does not run yet.</param>
    public static async Task<string?> StandInObstacleAsync(this DeliveryContext context, DockerEngine? engine) =>
        engine is null || (await context.LocationAsync(engine)).ReachesLoopback ? null
            : $"Stand-ins cannot be used: {engine} does not reach the local registry on 127.0.0.1 that keeps them.";
}
