namespace Acci.Delivery.Images.Tags;

/// <summary>The tags of one build.</summary>
public sealed record TagSet
{
    /// <summary>The tag of the rule with the highest priority, which is the image's version; none when no rule applied.</summary>
    public string? Version { get; init; }

    /// <summary>The tags of the other rules, in their order.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>The tag <c>latest</c>, with the flavor's prefix and suffix where it has them; none when this build does not get it.</summary>
    public string? Latest { get; init; }

    /// <summary>What decides which of these tags may move, once it is known what is published.</summary>
    public FloatingTags Floating { get; init; } = new();

    /// <summary>The same for an image with a version of its own, which differs from the one that git gives the build.</summary>
    internal FloatingTags FloatingOfOwnVersion { get; init; } = new();

    /// <summary>What is strange, in whole sentences for people.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>All tags: the version, the others, <see cref="Latest"/>.</summary>
    public IReadOnlyList<string> All => [.. new[] { Version }.Concat(Others).Append(Latest).OfType<string>().Distinct()];
}
