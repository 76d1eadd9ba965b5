using System.Globalization;
using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// What an image says of itself: the same keys serve as labels of a platform's configuration and as annotations of manifests and index.
/// Source: OCI image specification 1.1, annotations.md, section "Pre-Defined Annotation Keys".
/// </summary>
public sealed record OciLabels
{
    private const string Prefix = "org.opencontainers.image.";

    /// <summary>The key of <see cref="Version"/>.</summary>
    internal const string VersionKey = Prefix + "version";

    /// <summary>The key of <see cref="Revision"/>.</summary>
    internal const string RevisionKey = Prefix + "revision";

    /// <summary>The key of <see cref="Source"/>.</summary>
    internal const string SourceKey = Prefix + "source";

    /// <summary>The key of <see cref="Title"/>.</summary>
    internal const string TitleKey = Prefix + "title";

    /// <summary>The image's name for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>What the packaged software does.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where to find out more.</summary>
    public string Url { get; init; } = "";

    /// <summary>Where the source code is. GHCR links the package to the repository named here.</summary>
    public string Source { get; init; } = "";

    /// <summary>The version of the packaged software.</summary>
    public string Version { get; init; } = "";

    /// <summary>When the image was built; for a reproducible image, when its commit was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The commit it was built from.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The licences of the contained software, an SPDX expression.</summary>
    public string Licenses { get; init; } = "";

    /// <summary>Who is responsible for the image.</summary>
    public string? Authors { get; init; }

    /// <summary>Who distributes the image.</summary>
    public string? Vendor { get; init; }

    /// <summary>Where its documentation is.</summary>
    public string? Documentation { get; init; }

    /// <summary>The image this one is based on, in full and with its tag.</summary>
    public ImageReference? BaseName { get; init; }

    /// <summary>The digest of the image this one is based on.</summary>
    public Digest? BaseDigest { get; init; }

    /// <summary>Whether two addresses of source code are one repository's.</summary>
    internal static bool IsSameSource(string one, string other)
    {
        return one.Length > 0 && Plain(one) == Plain(other);

        static string Plain(string url) => url.TrimEnd('/').Replace(".git", "", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();
    }

    /// <summary>What is known of a build.</summary>
    /// <param name="facts">The build.</param>
    /// <param name="version">The image's version; none when it has none.</param>
    public static OciLabels Of(BuildFacts facts, string? version) => new()
    {
        Title = facts.Repository.Name,
        Description = facts.Repository.Description,
        Url = facts.Repository.Url,
        Source = facts.Repository.Url,
        Version = version ?? "",
        Created = facts.Now,
        Revision = facts.Sha,
        Licenses = facts.Repository.License,
    };

    /// <summary>
    /// Keys and values, sorted by key. As docker/metadata-action does it, the first eight properties are always there, even when empty;
    /// the others only when they are set.
    /// </summary>
    public IReadOnlyDictionary<string, string> ToDictionary()
    {
        var labels = new SortedDictionary<string, string>(LabelOrder.Instance)
        {
            [TitleKey] = Title,
            [Prefix + "description"] = Description,
            [Prefix + "url"] = Url,
            [SourceKey] = Source,
            [VersionKey] = Version,
            [Prefix + "created"] = Created.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            [RevisionKey] = Revision,
            [Prefix + "licenses"] = Licenses,
        };
        AddIfSet("authors", Authors);
        AddIfSet("vendor", Vendor);
        AddIfSet("documentation", Documentation);
        AddIfSet("base.name", BaseName?.Normalize().ToString());
        AddIfSet("base.digest", BaseDigest?.ToString());
        return labels;

        void AddIfSet(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value)) labels[Prefix + key] = value;
        }
    }
}
