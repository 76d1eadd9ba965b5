using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>An image in another registry than the first: the same digest, signed there, too, with tags of its own.</summary>
public sealed record PublishedCopy
{
    /// <summary>Registry and path.</summary>
    public required string Repository { get; init; }

    /// <summary>The tags that point at the image there.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Tags that it was to have there and has not, each with the reason.</summary>
    public IReadOnlyList<string> TagsLeft { get; init; } = [];

    /// <summary>Tags of full versions that pointed at another image there before, which a person let it replace.</summary>
    public IReadOnlyList<string> TagsReplaced { get; init; } = [];

    internal string? Problem =>
        !ImageReference.TryParse(Repository, out _, out _) ? $"'copies' has what is not an image repository: '{Repository}'"
        : Tags.Concat(TagsLeft).Concat(TagsReplaced).Any(x => x is null) ? "'copies' has null in its tags"
        : null;
}
