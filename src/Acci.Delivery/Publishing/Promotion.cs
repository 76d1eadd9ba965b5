using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>What an image that is published already is to be called from now on.</summary>
public sealed record Promotion
{
    /// <summary>A tag or digest of the image; none for a rollback.</summary>
    public string? From { get; init; }

    /// <summary>Registry and path that the image comes from; null means where it goes.</summary>
    public string? FromRegistry { get; init; }

    /// <summary>The tags it gets, each once.</summary>
    public required IReadOnlyList<string> To { get; init => field = [.. value.Distinct(StringComparer.Ordinal)]; }

    /// <summary>The tags go back to what they pointed at before.</summary>
    public bool Rollback { get; init; }

    /// <summary>Tags that stand for the newest version move to an older one, too.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>A tag that names a full version may point at another image from now on.</summary>
    public bool ReplaceVersion { get; init; }

    /// <summary>The image in a repository.</summary>
    /// <exception cref="WrongUseException">Neither a tag nor a digest, or none at all.</exception>
    public ImageReference SourceIn(ImageReference repository)
    {
        if (From is not { Length: > 0 } from) throw new WrongUseException("Nothing says which image is promoted: name its tag or digest, as in --promote-from 1.2.3-rc.1.");
        if (Digest.TryParse(from, out var digest, out _) && digest.Algorithm is "sha256" or "sha512") return repository.WithDigest(digest);
        if (from.Contains('/', StringComparison.Ordinal))
            throw new WrongUseException($"--promote-from cannot be '{from}': name only a tag or a digest of the image. Its registry is --promote-from-registry, where it is another one.");
        return ImageReference.TryParse($"{repository}:{from}", out var reference, out var problem)
            ? reference
            : throw new WrongUseException($"--promote-from cannot be '{from}': {problem}. Name a tag or a digest of the image.");
    }
}
