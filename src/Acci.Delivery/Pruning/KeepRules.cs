using Acci.Oci;

namespace Acci.Delivery.Pruning;

/// <summary>What stays when old versions of an image go: whatever one of these rules keeps, and everything that belongs to it.</summary>
public sealed record KeepRules
{
    /// <summary>Releases: <c>latest</c>, and versions without a pre-release part, whole or cut to minor and major.</summary>
    public static IReadOnlyList<TagPattern> DefaultTags { get; } = [TagPattern.Parse("latest"), TagPattern.Parse(@"/^v?\d+(\.\d+){0,2}$/")];

    /// <summary>How many of the newest tagged versions stay, at least 1: a package without any tag has to be deleted as a whole. Default: 10.</summary>
    /// <exception cref="DeliveryException">It is less than 1.</exception>
    public int Newest
    {
        get;
        init => field = value >= 1 ? value : throw new DeliveryException($"--prune-keep-versions cannot be {value}: at least one tagged version stays, or the package would have to go.");
    } = 10;

    /// <summary>
    /// How many days a version stays after it was last pushed or tagged, whether it has a tag or not; at least 1, for what a publish that is under way has pushed
    /// has no tag yet. Default: 30.
    /// </summary>
    /// <exception cref="DeliveryException">It is less than 1.</exception>
    public int Days
    {
        get;
        init => field = value >= 1 ? value : throw new DeliveryException($"--prune-keep-days cannot be {value}: what a publish has pushed and not tagged yet must stay, for at least a day.");
    } = 30;

    /// <summary>Tags that stay, however old.</summary>
    public IReadOnlyList<TagPattern> Tags { get; init; } = DefaultTags;

    /// <summary>Manifests that stay, however old, tagged or not.</summary>
    public IReadOnlySet<Digest> Digests { get; init; } = new HashSet<Digest>();

    /// <summary>Reads patterns and digests as one list.</summary>
    /// <exception cref="DeliveryException">One of them is neither.</exception>
    public KeepRules WithTags(IEnumerable<string> patterns)
    {
        var byKind = patterns.ToLookup(x => x.Trim().StartsWith("sha256:", StringComparison.Ordinal));
        return this with { Tags = [.. byKind[false].Select(TagPattern.Parse)], Digests = Digests.Concat(byKind[true].Select(x => Digest.Parse(x.Trim()))).ToHashSet() };
    }
}
