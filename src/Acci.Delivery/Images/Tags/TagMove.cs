using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>Whether a tag may be put on a new image.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Moves">It may; otherwise it stays where it is, or does not come into being.</param>
/// <param name="Reason">Why, as the rest of a sentence: <c>2.0.0 is published and newer than 1.2.9</c>.</param>
public sealed record TagMove(string Tag, bool Moves, string Reason)
{
    /// <summary>The published tag of the newer version, for whose sake it stays.</summary>
    public string? Newer { get; init; }

    /// <summary>It stands for the newest of several versions: <c>latest</c>, <c>2</c>, <c>2.1</c>.</summary>
    public bool IsFloating { get; init; }

    /// <summary>It stands for versions other than the image's, so no switch moves it.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Published versions do not decide: the tag moves if the image it points at is known to be older.</summary>
    internal bool IsOpen { get; init; }

    /// <summary>A switch lets the tag move, whatever it points at.</summary>
    internal bool IsOverridden { get; init; }

    /// <summary>It names one version in full, which is written once.</summary>
    public bool IsFull { get; init; }

    /// <summary>It is written only while it points at <see cref="Expected"/>, or at an image of the same platforms.</summary>
    public bool IsOnce { get; init; }

    /// <summary>What it pointed at when that was decided; null if it did not exist, or was not looked up.</summary>
    public Digest? Expected { get; init; }

    /// <summary>The other image that the tag pointed at, which a person has said may be replaced.</summary>
    public Digest? Replaces { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Tag} {(Moves ? "moves" : "stays")}: {Reason}";
}
