namespace Acci.Delivery.Images.Tags;

/// <summary>What stands around the version in an image's version tags: <c>app-</c> and <c>-alpine</c> in <c>app-1.2.3-alpine</c>.</summary>
/// <param name="Prefix">What comes before it, besides a <c>v</c>.</param>
/// <param name="Suffix">What comes after it.</param>
public sealed record TagAffixes(string Prefix, string Suffix)
{
    /// <summary>Nothing.</summary>
    public static TagAffixes None { get; } = new("", "");

    /// <summary>What stands between the two; null where the tag has not both, or nothing besides.</summary>
    public string? Strip(string tag) =>
        tag.Length > Prefix.Length + Suffix.Length && tag.StartsWith(Prefix, StringComparison.Ordinal) && tag.EndsWith(Suffix, StringComparison.Ordinal)
            ? tag[Prefix.Length..^Suffix.Length]
            : null;
}
