using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>Which tags a publish would move, decided before its image is built.</summary>
internal static class PlannedTags
{
    /// <summary>The switch by which a person says that <c>Publish</c> may replace the image that a tag points at.</summary>
    public const string ReplaceVersion = "--replace-version";

    /// <summary>Decides by what a registry has now, and by what is known of the image to be built: its version, commit and source code.</summary>
    /// <exception cref="DeliveryException">The registry cannot be asked, or the tag of another repository's image would be taken from it.</exception>
    public static async Task<TagPlan> PlanTagsAsync(this DeliveryContext context, ImageDefinition image, OciRegistry registry, ImageReference repository)
    {
        var version = ImageVersion.TryParse(image.Annotations.GetValueOrDefault(OciLabels.VersionKey) ?? image.Labels.GetValueOrDefault(OciLabels.VersionKey));
        var source = image.Annotations.GetValueOrDefault(OciLabels.SourceKey) ?? image.Labels.GetValueOrDefault(OciLabels.SourceKey)
            ?? (await context.FactsAsync()).Repository.Url;
        var origin = new ImageOrigin(version, (await context.VersionAsync()).Revision) { Source = source };
        var plan = await context.DecideTagsAsync(image, registry, repository, Digest.Of([]), origin);
        return await (IsLoopback(repository)
            ? plan.TakingNoneOfOthersAsync(registry, ReplaceVersion, context.Options.ReplaceVersion, context.CancellationToken)
            : plan.ForeseeingAsync(registry, ReplaceVersion, context.Options.ReplaceVersion, context.CancellationToken));
    }

    /// <summary>Decides for an image.</summary>
    /// <exception cref="DeliveryException">The registry cannot be asked.</exception>
    public static async Task<TagPlan> DecideTagsAsync(
        this DeliveryContext context, ImageDefinition image, OciRegistry registry, ImageReference repository, Digest digest, ImageOrigin origin)
    {
        var tags = await context.TagsAsync();
        var floating = image.Gives(OciLabels.VersionKey) ? tags.FloatingOfOwnVersion : tags.Floating;
        // A commit that the definition gives is that of something in the image.
        var succession = context.SuccessionOf(image.Gives(OciLabels.RevisionKey) ? origin with { Revision = null } : origin);
        return await TagPlan.DecideAsync(registry, repository, digest, tags.All, floating, succession, context.CancellationToken);
    }

    /// <summary>Whether this is a registry of this machine.</summary>
    public static bool IsLoopback(ImageReference repository) => new Destination(repository.Domain!, "").IsLoopback;
}
