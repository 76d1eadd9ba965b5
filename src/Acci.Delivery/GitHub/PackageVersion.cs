using Acci.Oci;

namespace Acci.Delivery.GitHub;

/// <summary>One version of a container package: one manifest, and the tags that point at it.</summary>
/// <param name="Id">Its number at GitHub.</param>
/// <param name="Digest">The manifest.</param>
/// <param name="Tags">The tags that point at it.</param>
/// <param name="CreatedAt">When it was pushed first.</param>
/// <param name="UpdatedAt">When it was last pushed or tagged.</param>
public sealed record PackageVersion(long Id, Digest Digest, IReadOnlyList<string> Tags, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>When something was last done with it.</summary>
    public DateTimeOffset LastUse => UpdatedAt > CreatedAt ? UpdatedAt : CreatedAt;

    /// <summary>The first tag, else the beginning of the digest.</summary>
    public string Name => Tags.Count > 0 ? Tags[0] : Digest.Abbreviation;
}
