using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Whether an image is known to be newer than the one that a tag points at. Versions decide, by Semantic Versioning 2.0, section 11. If they do not
/// show the order (equal versions, a missing one, or two pre-releases of the same release, which MinVer may have counted on different branches), git decides: the other image's commit must
/// be an ancestor. An image that is not known to be newer does not count as newer.
/// </summary>
/// <param name="own">The image.</param>
/// <param name="comesBeforeAsync">Whether the first commit is an ancestor of the second; null if git does not know.</param>
internal sealed class Succession(ImageOrigin own, Func<string, string, Task<bool?>> comesBeforeAsync)
{
    /// <summary>For an image that states nothing, without git.</summary>
    public static Succession Unknown { get; } = new(ImageOrigin.Unknown, (_, _) => Task.FromResult<bool?>(null));

    /// <summary>What the image states.</summary>
    public ImageOrigin Own => own;

    /// <summary>Compares by this version instead of the one that the image states.</summary>
    public Succession With(ImageVersion? version) => new(own with { Version = version }, comesBeforeAsync);

    /// <summary>Compares the image with another one.</summary>
    /// <returns>Whether it is known to be newer, and why or why not, as the rest of a sentence: <c>it points at 2.0.0, which is newer than 1.2.9</c>.</returns>
    public async Task<(bool IsNewer, string Reason)> AfterAsync(ImageOrigin there)
    {
        if (there.Version is { } other && own.Version is { } version && other != version && !ArePrereleasesOfOne(other, version))
            return (version > other, $"it points at {other}, which is {(version > other ? "older" : "newer")} than {version}");

        var name = there.Version is null ? "an image without a version" : $"{there.Version}";
        if (there.Revision is null) return (false, $"it points at {name}, which names no commit");
        if (own.Revision is null) return (false, $"it points at {name}, and this image names no commit to compare with");
        if (there.Revision == own.Revision) return (true, $"it points at {name}, of the same commit");
        return await comesBeforeAsync(there.Revision, own.Revision) switch
        {
            true => (true, $"it points at {name}, of an earlier commit"),
            false => (false, $"it points at {name}, whose commit {there.Revision} does not come before {own.Revision}"),
            null => (false, $"it points at {name}, and whether its commit {there.Revision} comes before {own.Revision} is not known in this clone"),
        };
    }

    // MinVer counts from pre-releases, too: 2.1.0-beta.1.3.
    private static bool ArePrereleasesOfOne(ImageVersion one, ImageVersion other) =>
        one.IsPrerelease && other.IsPrerelease && DeparturePolicy.IsSameRelease(one, other);
}
