using Acci.Delivery.Scanning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Scans published images again.</summary>
public interface IRescanImages : IHazDelivery, IHazImages, IHazScanning, IHazRegistry, IHazGitHub, IHazImageMirror
{
    /// <summary>Scans the published digests, for a schedule, and uploads the findings for the commits they were built from.</summary>
    Target RescanImages => _ => _
        .Description("Scans what is published again, and uploads the findings for the commit each image was built from")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new RescanImages(Context)));
}
