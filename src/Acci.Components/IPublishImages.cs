using Acci.Delivery;
using Acci.Delivery.Publishing;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Publishes the images.</summary>
public interface IPublishImages : ISmokeTestImages, IScanImages, ISignImages, IVerifyImages, IHazTags
{
    /// <summary>Moves tags to an older image, too.</summary>
    [Parameter("Publish also moves tags such as 'latest' to an image that is older, or not known to be newer"), TypedOnly]
    bool AllowOlder => TryGetValue<bool?>(() => AllowOlder) ?? false;

    /// <summary>Lets a full version point at another image.</summary>
    [Parameter("Publish replaces a version, such as '1.2.3', that is published as another image"), TypedOnly]
    bool ReplaceVersion => TryGetValue<bool?>(() => ReplaceVersion) ?? false;

    /// <summary>Everything from source to tags: builds, tries, scans, pushes by digest, signs, verifies, and only then moves the tags.</summary>
    Target Publish => _ => _
        .Description("Builds, tries, scans, pushes, signs and verifies every image; its tags move last")
        .DependsOn(SmokeTestImages, ScanImages, SignImages)
        .Runs(this, () => Prepared(new TagImages(Context, async summaries =>
        {
            foreach (var summary in summaries) Shown.WriteLine(summary.ToText());
            await PublishSummary.WriteMarkdownAsync(summaries, ArtifactsDirectory / "publish", Context.Environment);
            await PublishSummary.WriteOutputsAsync(summaries, Context.Environment);
        })));
}
