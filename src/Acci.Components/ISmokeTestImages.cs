using Acci.Delivery.SmokeTests;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Tries the images.</summary>
public interface ISmokeTestImages : IBuildImages, IHazEngineHost
{
    /// <summary>Starts every platform this machine can run, read-only and without capabilities, and waits until it is healthy.</summary>
    Target SmokeTestImages => _ => _
        .Description("Starts every platform that can run here and waits until it is healthy")
        .DependsOn(BuildImages)
        .Runs(this, () => Prepared(new SmokeTestImages(Context)));
}
