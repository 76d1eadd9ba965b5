namespace Acci.Delivery.Images.Tags;

/// <summary>A tag that a rule gives.</summary>
/// <param name="Text">The tag, before prefix and suffix.</param>
/// <param name="IsRelease">A flavor that leaves it open gives <c>latest</c> to what has this tag.</param>
internal sealed record TagCandidate(string Text, bool IsRelease = false)
{
    /// <summary>The version it was made from; none where the rule is not about versions.</summary>
    public ImageVersion? Version { get; init; }
}
