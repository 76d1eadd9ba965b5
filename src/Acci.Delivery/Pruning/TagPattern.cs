using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Pruning;

/// <summary>Which tags: a name in which <c>*</c> stands for any characters and <c>?</c> for one, or a regular expression between slashes.</summary>
public sealed record TagPattern
{
    private readonly MatchPattern _pattern;

    private TagPattern(string text, MatchPattern pattern) => (Text, _pattern) = (text, pattern);

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="DeliveryException">It is empty, or no regular expression.</exception>
    public static TagPattern Parse(string text) => text.Trim() switch
    {
        "" => throw new DeliveryException("A pattern of tags to keep is empty: name tags, as in 'latest,v*', or a regular expression between slashes."),
        ['/', _, .., '/'] expression => new TagPattern(expression, MatchPattern.Parse(expression)),
        var glob => new TagPattern(
            glob,
            MatchPattern.ParsePlain($"^{Regex.Escape(glob).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)}$")),
    };

    /// <summary>Whether the tag is one of those.</summary>
    public bool Matches(string tag) => _pattern.Find(tag) is not null;

    /// <inheritdoc/>
    public override string ToString() => Text;
}
