namespace Acci.GitHub.StandIn;

/// <summary>A package in the container registry.</summary>
public sealed class Package(string owner, string name)
{
    private static long _lastId = 3_000_000_000;

    public string Owner => owner;

    public string Name => name;

    /// <summary>Only its owner sees it.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>The versions, newest first.</summary>
    public List<PackageVersion> Versions { get; } = [];

    /// <summary>Versions that the list leaves out although the package has them.</summary>
    public int HiddenVersions { get; set; }

    /// <summary>Is told of each version that is deleted, before the answer.</summary>
    public Action<PackageVersion>? Deleted { get; set; }

    /// <summary>Adds a version: a manifest that was pushed.</summary>
    public PackageVersion AddVersion(string digest, DateTimeOffset createdAt, params IEnumerable<string> tags)
    {
        // Larger than an Int32 holds, as GitHub's will be.
        var version = new PackageVersion(Interlocked.Increment(ref _lastId), digest) { CreatedAt = createdAt, UpdatedAt = createdAt };
        version.Tags.AddRange(tags);
        Versions.Insert(0, version);
        return version;
    }
}

/// <summary>One version of a package: one manifest, with the tags that point at it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Digest">The manifest's digest, which is the version's name.</param>
public sealed record PackageVersion(long Id, string Digest)
{
    public List<string> Tags { get; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>More downloads than a public version may have that is to be deleted.</summary>
    public bool IsMuchDownloaded { get; set; }
}
