using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>Where the engine is that a build runs on.</summary>
public static class LocationOfBuild
{
    /// <summary>Where it is, seen from here. Nothing is started or made, so that a dry run may ask.</summary>
    /// <exception cref="WrongUseException"><c>--engine-host</c> is no host.</exception>
    public static Task<EngineLocation> LocationAsync(this DeliveryContext context, DockerEngine engine) =>
        context.Once(nameof(LocationAsync), async () =>
        {
            var location = await EngineLocation.FindAsync(engine, context.Options.EngineHost, context.CancellationToken);
            // What it is refused because of that would have no reason otherwise.
            if (location.Doubt is not null) Log.Warning("{Engine:l}: {Location:l}", engine.ToString(), location.ToString());
            return location;
        });
}
