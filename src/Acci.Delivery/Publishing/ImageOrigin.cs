using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>The version and the commit that an image states. They show which of two images is newer.</summary>
/// <param name="Version">The version; null if the image states none.</param>
/// <param name="Revision">The commit it was built from; null if the image states none.</param>
internal sealed record ImageOrigin(ImageVersion? Version, string? Revision)
{
    private static readonly string[] Names = [OciLabels.VersionKey, OciLabels.RevisionKey];

    /// <summary>The image states neither.</summary>
    public static ImageOrigin Unknown { get; } = new(null, null);

    /// <summary>Reads the annotations.</summary>
    public static ImageOrigin Of(Manifest image) => Of(image.Annotations);

    /// <summary>Reads the annotations or, if they state neither, the labels.</summary>
    public static async Task<ImageOrigin> ReadAsync(OciRegistry registry, ImageReference repository, Manifest image, CancellationToken cancellationToken) =>
        Of(Names.Any(image.Annotations.ContainsKey) ? image.Annotations : await ImageLabels.ReadAsync(registry, repository, image, Names, cancellationToken));

    private static ImageOrigin Of(IReadOnlyDictionary<string, string> facts) =>
        new(ImageVersion.TryParse(facts.GetValueOrDefault(OciLabels.VersionKey)), facts.GetValueOrDefault(OciLabels.RevisionKey) is { } said && IsCommit(said) ? said : null);

    // Git also takes the name of a branch for a commit.
    private static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
