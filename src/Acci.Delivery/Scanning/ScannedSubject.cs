using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>An image's platform as VEX documents name it. Source: package URL, type definition "oci".</summary>
/// <param name="Repository">Its repository: <c>ghcr.io/owner/acci</c>; empty where that is not known.</param>
/// <param name="Name">The image.</param>
/// <param name="Digests">Its index, and the platform's manifest.</param>
public sealed record ScannedSubject(string Repository, string Name, IReadOnlyList<Digest> Digests)
{
    /// <summary>The package URL is of this image: what it does not name, digest or repository, may be anything.</summary>
    public bool Is(PackageUrl product) =>
        product.Name == Name.Split('/')[^1]
        && (product.Version is null || Digests.Any(digest => digest.ToString() == product.Version))
        && (!product.Qualifiers.TryGetValue("repository_url", out var repository) || IsRepository(repository));

    // With the image's name at its end, or without it.
    private bool IsRepository(string url)
    {
        var named = url[(url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0)..].TrimEnd('/');
        return Repository.Length > 0 && (Normal(named) == Normal(Repository) || Normal($"{named}/{Name.Split('/')[^1]}") == Normal(Repository));
    }

    private static string Normal(string repository) => ImageReference.TryParse(repository, out var reference, out _) ? reference.Normalize().Repository : repository;
}
