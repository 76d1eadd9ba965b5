namespace Acci.Delivery.Images.Tags;

/// <summary>Whether a tag may be put on a new image.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Moves">It may; otherwise it stays where it is, or does not come into being.</param>
/// <param name="Reason">Why, as the rest of a sentence: <c>2.0.0 is published and newer than 1.2.9</c>.</param>
public sealed record TagMove(string Tag, bool Moves, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Tag} {(Moves ? "moves" : "stays")}: {Reason}";
}
