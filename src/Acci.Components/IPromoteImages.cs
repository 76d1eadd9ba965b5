using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Promotes images.</summary>
public interface IPromoteImages : IHazDelivery
{
    /// <summary>What is promoted.</summary>
    [Parameter("PromoteImages: tag or digest of the image to promote, as in '1.2.3-rc.1'")]
    string? From => TryGetValue(() => From);

    /// <summary>Where it comes from.</summary>
    [Parameter("PromoteImages: registry and owner to promote from, as in 'ghcr.io/owner'; default: the one it is promoted in")]
    string? FromRegistry => TryGetValue(() => FromRegistry);

    /// <summary>The tags it gets.</summary>
    [Parameter("PromoteImages: the tags to move, as in '1.2.3,latest'", Separator = ",")]
    string[]? To => TryGetValue(() => To);

    /// <summary>Takes the last move of the tags back.</summary>
    [Parameter("PromoteImages puts the tags of --to back to what they pointed at before"), TypedOnly]
    bool Rollback => TryGetValue<bool?>(() => Rollback) ?? false;

    /// <summary>Moves tags to an image that is published already, by digest and after its signature has been verified, or back.</summary>
    Target PromoteImages => _ => _
        .Description("Moves tags to a published image, by digest, once its signature is verified (--from --to), or back (--rollback --to)")
        .Runs(this, () => new PromoteImages(Context, new Promotion { From = From, FromRegistry = FromRegistry, To = To ?? [], Rollback = Rollback }));
}
