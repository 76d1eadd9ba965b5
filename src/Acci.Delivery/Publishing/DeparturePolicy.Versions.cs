using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Publishing;

// Which versions an image may be called by, wherever it is.
public sealed partial class DeparturePolicy
{
    /// <summary>
    /// A released version keeps its number: no other version's tag is put on it, in no registry, but that of a variant (<c>1.2.3-alpine</c>). A
    /// pre-release becomes its release or a later pre-release of that, and a version that was counted on a branch (<c>1.2.4-alpha.0.7</c>) any later one.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="own">The version the image has; null where it says none.</param>
    /// <param name="named">Of each tag, the versions that it may name in full; none of a tag that names none.</param>
    /// <exception cref="DeliveryException">Another version's tag would be put on it, or the tags of two releases.</exception>
    public static void EnsureMayBeCalled(ImageReference image, ImageVersion? own, IEnumerable<IReadOnlyList<ImageVersion>> named)
    {
        var versions = named.Where(x => x.Count > 0).ToList();
        if (versions.Find(x => !x.Any(y => MayBe(own, y))) is { } other)
        {
            throw new DeliveryException(
                $"{image} is version {own} and does not become {other.Max()}. "
                + $"Publish {other.Max()} from its own tag, or promote a pre-release of it.");
        }

        if (versions.SelectMany(x => x).Where(x => !x.IsPrerelease).Distinct().ToList() is [var one, var two, ..])
            throw new DeliveryException($"{image} does not become both {one} and {two}: name one full version.");
    }

    /// <summary>Whether an image may have a version's tag: it says no version, or that one, or one that may become that one.</summary>
    internal static bool MayBe(ImageVersion? own, ImageVersion named) =>
        own is null || (own.IsCounted ? own <= named : IsSameRelease(own, named) && (!own.IsPrerelease || own <= named));

    /// <summary>Whether two versions are the same release, or pre-releases of it.</summary>
    internal static bool IsSameRelease(ImageVersion one, ImageVersion other) =>
        (one.Major, one.Minor, one.Patch) == (other.Major, other.Minor, other.Patch);

    /// <summary>Whether a tag stands for another version than the one that its image has. A pre-release may have become that.</summary>
    internal static bool IsOther(string tag, ImageVersion own, FloatingTags tags) =>
        tags.VersionsOf(tag) is { Count: > 0 } named ? !named.Any(x => MayBe(own, x)) : !own.IsPrerelease && !tags.MayStandFor(tag, own);

    /// <summary>What a tag points at is what the tag stands for, with all its platforms. A pre-release may have become it.</summary>
    /// <param name="tag">The tag; what is named by its digest is what it is.</param>
    /// <param name="image">What it points at.</param>
    /// <param name="own">The version the image has; null where it says none.</param>
    /// <param name="tags">What the image's tags look like.</param>
    /// <exception cref="DeliveryException">It is another version, or one platform's image.</exception>
    public static void EnsureIsOf(ImageReference tag, Manifest image, ImageVersion? own, FloatingTags tags)
    {
        if (tag.Tag is not { } name) return;
        var problem = own is not null && IsOther(name, own, tags) ? $"says that it is version {own}" : image.IsIndex ? null : "is the image of one platform";
        if (problem is null) return;
        throw new DeliveryException($"{tag} points at {image.Digest}, which {problem}: the tag may have been moved. If that image is meant, name it by its digest.");
    }

    /// <summary>As <see cref="EnsureIsOf"/>, by the build's tag rules.</summary>
    /// <param name="context">The build.</param>
    /// <param name="tag">The tag; what is named by its digest is what it is.</param>
    /// <param name="image">What it points at.</param>
    /// <param name="name">The image's name in its build.</param>
    /// <exception cref="DeliveryException">It is another version, or one platform's image.</exception>
    public static async Task EnsureIsOfAsync(DeliveryContext context, ImageReference tag, Manifest image, string name) => EnsureIsOf(
        tag, image, VersionOf(context.Options.Images.FirstOrDefault(x => x.Name == name), image), context.Options.TagRules.Apply(await context.FactsAsync()).Floating);

    /// <summary>The version that an image says it is; null where it says none, or its definition gives it one.</summary>
    internal static ImageVersion? VersionOf(ImageDefinition? definition, Manifest image) =>
        definition?.Gives(OciLabels.VersionKey) is true ? null : ImageVersion.TryParse(image.Annotations.GetValueOrDefault(OciLabels.VersionKey));
}
