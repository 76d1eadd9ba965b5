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

    /// <summary>Where its source code is; empty if the image does not state that.</summary>
    public string Source { get; init; } = "";

    /// <summary>Labels state it. An image inherits those of its base image.</summary>
    public bool IsByLabels { get; private init; }

    /// <summary>The image states neither.</summary>
    public static ImageOrigin Unknown { get; } = new(null, null);

    /// <summary>Reads the annotations.</summary>
    public static ImageOrigin Of(Manifest image) => Of(image.Annotations);

    /// <summary>Reads the annotations or, if they state neither, the labels.</summary>
    public static async Task<ImageOrigin> ReadAsync(OciRegistry registry, ImageReference repository, Manifest image, CancellationToken cancellationToken) =>
        Names.Any(image.Annotations.ContainsKey) ? Of(image)
            : Of(await ImageLabels.ReadAsync(registry, repository, image, [.. Names, OciLabels.SourceKey], cancellationToken)) with { IsByLabels = true };

    /// <summary>Returns what the image itself states: a version in labels of other source code is that of its base image. Git knows its own commits.</summary>
    /// <param name="source">Where the source code of the repository's images is.</param>
    public ImageOrigin OfSource(string source) => IsByLabels && !OciLabels.IsSameSource(Source, source) ? this with { Version = null } : this;

    private static ImageOrigin Of(IReadOnlyDictionary<string, string> facts) =>
        new(ImageVersion.TryParse(facts.GetValueOrDefault(OciLabels.VersionKey)), facts.GetValueOrDefault(OciLabels.RevisionKey) is { } said && IsCommit(said) ? said : null)
        {
            Source = facts.GetValueOrDefault(OciLabels.SourceKey) ?? "",
        };

    // Git also takes the name of a branch for a commit.
    private static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}
