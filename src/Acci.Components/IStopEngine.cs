using Acci.Delivery.Engines;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Ends what keeps running after a build.</summary>
public interface IStopEngine : IHazDelivery
{
    /// <summary>Whether what they hold goes, too.</summary>
    [Parameter("StopEngine also deletes all images and caches of the private engine, and the images in the local registry; named volumes stay")]
    [TypedOnly, FormerName("Purge")]
    bool PurgeEngine => TryGetValue<bool?>(() => PurgeEngine) ?? false;

    /// <summary>Stops the private engine and the local registry; a Docker engine of the machine's own is not touched, but for a local registry that it runs.</summary>
    Target StopEngine => _ => _
        .Description("Stops the private engine and the local registry (--purge-engine also deletes what they hold)")
        .Runs(this, () => new StopEngine(Context, PurgeEngine));
}
