using Acci.Delivery.Engines;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Ends what keeps running after a build.</summary>
public interface IStopEngine : IHazDelivery
{
    /// <summary>Removes what they hold, too.</summary>
    [Parameter("StopEngine also removes all images, caches and published images of the private engine and the local registry"), TypedOnly]
    bool Purge => TryGetValue<bool?>(() => Purge) ?? false;

    /// <summary>Stops the private engine and the local registry; a Docker engine of the machine's own is not touched, but for a local registry that it runs.</summary>
    Target StopEngine => _ => _
        .Description("Stops the private engine and the local registry (--purge also removes what they hold)")
        .Runs(this, () => new StopEngine(Context, Purge));
}
