using Acci.Delivery.Scanning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Scans the images.</summary>
public interface IScanImages : IHazDelivery, IHazImages, IHazScanning, IHazScanRequirement, IHazRegistry, IHazRetries, IHazImageMirror
{
    /// <summary>Scans every platform of every built image before anything leaves the machine, or the published images that <c>--scan-image</c> names.</summary>
    Target ScanImages => _ => _
        .Description("Scans every platform for vulnerabilities and secrets, writes artifacts/scan/report.html, and stops what --severity says")
        .TryAfter<ISmokeTestImages>(x => x.SmokeTestImages)
        .TryBefore<ISignImages>(x => x.SignImages)
        .Runs(this, () => Prepared(new ScanImages(Context) { IsAskedFor = InvokedTargets.Any(x => x.Name == nameof(ScanImages)) }));
}
