using System.Text.RegularExpressions;

namespace Acci.Delivery.Images.Tags;

/// <summary>What stands around the version in an image's version tags: <c>app-</c> and <c>-alpine</c> in <c>app-1.2.3-alpine</c>.</summary>
/// <param name="Prefix">What comes before it, besides a <c>v</c>.</param>
/// <param name="Suffix">What comes after it.</param>
public sealed partial record TagAffixes(string Prefix, string Suffix)
{
    /// <summary>Nothing.</summary>
    public static TagAffixes None { get; } = new("", "");

    /// <summary>What a tag has around a version; null if it does not contain the version as a separate word.</summary>
    internal static TagAffixes? Around(string tag, string version)
    {
        var at = tag.IndexOf(version, StringComparison.Ordinal);
        if (at < 0) return null;
        var (prefix, suffix) = (OwnV().Replace(tag[..at], ""), tag[(at + version.Length)..]);
        return prefix is [.., >= '0' and <= '9'] || suffix is [(>= '0' and <= '9') or '.', ..] ? null : new TagAffixes(prefix, suffix);
    }

    /// <summary>What stands between the two; null where the tag has not both, or nothing besides.</summary>
    public string? Strip(string tag) =>
        tag.Length > Prefix.Length + Suffix.Length && tag.StartsWith(Prefix, StringComparison.Ordinal) && tag.EndsWith(Suffix, StringComparison.Ordinal)
            ? tag[Prefix.Length..^Suffix.Length]
            : null;

    /// <summary>The <c>v</c> before a version, which is no part of what tells one image's tags from another's.</summary>
    [GeneratedRegex("(?<![a-zA-Z])[vV]\\z")]
    internal static partial Regex OwnV();
}
