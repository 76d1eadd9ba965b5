using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Promotes images.</summary>
public interface IPromoteImages : IHazDelivery, IHazImages, IHazTags, IHazExpectedSigner, IHazDirtyTree, IHazRegistry, IHazRetries, IHazImageMirror
{
    /// <summary>What is promoted.</summary>
    [Parameter("Tag or digest of the image that PromoteImages promotes, as in '1.2.3-rc.1'"), FormerName("From")]
    string? PromoteFrom => TryGetValue(() => PromoteFrom);

    /// <summary>Where it comes from.</summary>
    [Parameter("Registry and owner that PromoteImages takes the image from, as in 'ghcr.io/owner'; default: --registry"), FormerName("FromRegistry")]
    string? PromoteFromRegistry => TryGetValue(() => PromoteFromRegistry);

    /// <summary>The tags it gets.</summary>
    [Parameter("Tags that PromoteImages moves, as in '1.2.3,latest'", Separator = ","), FormerName("To")]
    string[]? PromoteTo => TryGetValue(() => PromoteTo);

    /// <summary>Takes the last move of the tags back.</summary>
    [Parameter("PromoteImages moves the tags in --promote-to back to the image they pointed at before"), TypedOnly, FormerName("Rollback")]
    bool PromoteRollback => TryGetValue<bool?>(() => PromoteRollback) ?? false;

    /// <summary>Moves tags to an older image, too.</summary>
    [Parameter("PromoteImages also moves tags such as 'latest' to an image that is older, or not known to be newer"), TypedOnly]
    bool PromoteAllowOlder => TryGetValue<bool?>(() => PromoteAllowOlder) ?? false;

    /// <summary>Lets a full version point at another image.</summary>
    [Parameter("PromoteImages replaces a version, such as '1.2.3', that is published as another image"), TypedOnly]
    bool PromoteReplaceVersion => TryGetValue<bool?>(() => PromoteReplaceVersion) ?? false;

    /// <summary>Moves tags to an image that is published already, by digest and after its signature has been verified, or back.</summary>
    Target PromoteImages => _ => _
        .Description("Moves tags to a published image once its signature is verified (--promote-from, --promote-to), or back (--promote-rollback)")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new PromoteImages(Context, new Promotion
        {
            From = PromoteFrom,
            FromRegistry = PromoteFromRegistry,
            To = PromoteTo ?? [],
            Rollback = PromoteRollback,
            AllowOlder = PromoteAllowOlder,
            ReplaceVersion = PromoteReplaceVersion,
        })));
}
