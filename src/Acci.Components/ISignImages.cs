using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Signs the images.</summary>
public interface ISignImages : IHazDelivery, IHazImages, IHazSigning, IHazScanRequirement, IHazDirtyTree, IHazRegistry, IHazRetries, IHazImageMirror
{
    /// <summary>Pushes every image by digest and signs and attests it there; no tag moves.</summary>
    Target SignImages => _ => _
        .Description("Pushes every image by digest, signs it and attests its bill of materials and provenance; no tag moves")
        .TryAfter<ISmokeTestImages>(x => x.SmokeTestImages)
        .Runs(this, () => Prepared(new SignImages(Context)));
}
