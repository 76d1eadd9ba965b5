using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>What an image says of where it comes from. By that it is known to be newer than another, or not.</summary>
/// <param name="Version">Its version; null where it says none.</param>
/// <param name="Revision">The commit it was built from; null where it says none.</param>
internal sealed record ImageOrigin(ImageVersion? Version, string? Revision)
{
    private static readonly string[] Names = [OciLabels.VersionKey, OciLabels.RevisionKey];

    /// <summary>Nothing is said.</summary>
    public static ImageOrigin Unknown { get; } = new(null, null);

    /// <summary>What its annotations say.</summary>
    public static ImageOrigin Of(Manifest image) => Of(image.Annotations);

    /// <summary>What its annotations say, or else its labels.</summary>
    public static async Task<ImageOrigin> ReadAsync(OciRegistry registry, ImageReference repository, Manifest image, CancellationToken cancellationToken) =>
        Of(Names.Any(image.Annotations.ContainsKey) ? image.Annotations : await ImageLabels.ReadAsync(registry, repository, image, Names, cancellationToken));

    private static ImageOrigin Of(IReadOnlyDictionary<string, string> facts) =>
        new(ImageVersion.TryParse(facts.GetValueOrDefault(OciLabels.VersionKey)), facts.GetValueOrDefault(OciLabels.RevisionKey) is { } said && IsCommit(said) ? said : null);

    // Git also takes the name of a branch for a commit.
    private static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
