using Acci.Oci;

namespace Acci.Delivery.GitHub;

/// <summary>A file that comes with a release.</summary>
/// <param name="Name">Its name; letters, digits, <c>.</c>, <c>-</c> and <c>_</c>, for GitHub renames what has others.</param>
/// <param name="MediaType">Its type.</param>
/// <param name="Content">Its content.</param>
public sealed record ReleaseAsset(string Name, string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>The digest of the content, which GitHub computes too.</summary>
    public Digest Digest { get; } = Digest.Of(Content.Span);
}
