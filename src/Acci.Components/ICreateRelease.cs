using Acci.Delivery.Releasing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Makes the release.</summary>
public interface ICreateRelease : IHazDelivery, IHazImages, IHazExpectedSigner, IHazDirtyTree, IHazGitHub
{
    /// <summary>
    /// Makes the GitHub release of what was published from a version tag, with bills of materials, provenance and the public key; one that is there is brought up to date.
    /// </summary>
    Target CreateRelease => _ => _
        .Description("Makes the GitHub release of what was published from a version tag, or brings it up to date")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new CreateRelease(Context)));
}
