using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>What became of one tag.</summary>
/// <param name="Tag">The tag, with its repository.</param>
/// <param name="Digest">What it was to point at.</param>
/// <param name="Before">What it pointed at before; none when there was no such tag.</param>
/// <param name="After">What it points at now.</param>
public sealed record TagWrite(ImageReference Tag, Digest Digest, Digest? Before, Digest? After)
{
    /// <summary>Why this publish itself put it elsewhere in the end; null where it did not.</summary>
    public string? Reason { get; init; }

    /// <summary>The registry did not answer to the last write, and nobody has seen the tag since.</summary>
    internal bool IsUnknown { get; init; }

    /// <summary>It does not point at what it was to point at, or may not.</summary>
    public bool IsLost => IsUnknown || After != Digest;

    /// <summary>Why not.</summary>
    internal string WhyLost => IsUnknown ? $"{(Reason is null ? "" : $"{Reason}; ")}where it points is not known, because the registry did not answer"
        : Reason ?? (After is { } other ? $"it points at {other} now, which another publish may have put it on" : "it was written, and is gone");
}
