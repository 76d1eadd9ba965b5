using System.Security.Cryptography;

namespace Acci.GitHub.StandIn;

/// <summary>A release.</summary>
public sealed class Release(long id)
{
    public long Id => id;

    public string TagName { get; set; } = "";

    public string TargetCommitish { get; set; } = "";

    public string Name { get; set; } = "";

    public string Body { get; set; } = "";

    public bool Draft { get; set; }

    public bool Prerelease { get; set; }

    public bool? MakeLatest { get; set; }

    public DateTimeOffset CreatedAt { get; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? PublishedAt { get; set; }

    public List<ReleaseAsset> Assets { get; } = [];
}

/// <summary>A file at a release.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Content">Its content.</param>
public sealed record ReleaseAsset(long Id, string Name, string ContentType, byte[] Content)
{
    /// <summary>Whether the upload ended well.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether GitHub knows its digest, which it does not of old ones.</summary>
    public bool HasDigest { get; init; } = true;

    public string Digest => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Content))}";
}
