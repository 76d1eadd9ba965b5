using System.Text.RegularExpressions;
using MinVer.Lib;
using NuGet.Versioning;

namespace Acci.Delivery.Versioning;

/// <summary>
/// What is being built, read from git: the version by MinVer's rules (tags <c>v1.2.3</c>, or with another prefix; commits after one count up from the next patch's
/// <c>alpha.0</c>), the commit, and its time.
/// Source: MinVer 8, README, "How it works".
/// </summary>
public sealed partial record VersionInfo
{
    /// <summary>What the name of a version tag starts with where nothing is said.</summary>
    public const string TagPrefix = "v";

    // What MinVer calls a history without a version tag.
    private const string WithoutTag = "0.0.0-alpha.0";

    /// <summary>The version, by Semantic Versioning 2.0.</summary>
    public required SemanticVersion Version { get; init; }

    /// <summary>What the names of version tags start with here.</summary>
    public string Prefix { get; private init; } = TagPrefix;

    /// <summary>The full hash of the commit; none where there is no commit.</summary>
    public string? Revision { get; init; }

    /// <summary>The tag on the commit that names the version; none where the version was counted from an earlier one.</summary>
    public string? Tag { get; init; }

    /// <summary>All tags on the commit.</summary>
    internal IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>When the commit was made; none where there is no commit.</summary>
    public DateTimeOffset? CommitTime { get; init; }

    /// <summary>Files differ from the commit, or lie there that are neither committed nor ignored.</summary>
    public bool IsDirty { get; init; }

    /// <summary>Those files, as <see cref="Git.ChangesAsync"/> has them.</summary>
    internal IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>What makes the version less than certain, in whole sentences for people.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The version as an image's tag: <c>+</c>, which a tag must not have, becomes <c>-</c>.</summary>
    public string ImageTag => ToString().Replace('+', '-');

    /// <summary>The commit's time in seconds since 1970-01-01 UTC, as reproducible builds take it from the environment variable SOURCE_DATE_EPOCH.</summary>
    public long? SourceDateEpoch => CommitTime?.ToUnixTimeSeconds();

    /// <summary>
    /// Reads the version of what is checked out. Where there is no repository or no commit it is MinVer's default, <c>0.0.0-alpha.0</c>, and a warning says so.
    /// </summary>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git is not installed, the folder does not exist, or git refuses the repository because of its owner.</exception>
    public static Task<VersionInfo> ReadAsync(string directory, CancellationToken cancellationToken = default) => ReadAsync(directory, TagPrefix, cancellationToken);

    /// <inheritdoc cref="ReadAsync(string, CancellationToken)"/>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="tagPrefix">What the names of version tags start with.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    public static async Task<VersionInfo> ReadAsync(string directory, string tagPrefix, CancellationToken cancellationToken = default)
    {
        var git = new Git(directory);
        var log = new MinVerLog();
        var isWorkingDirectory = await git.IsWorkingDirectoryAsync(cancellationToken);
        var version = await Versioner.GetVersion(
            directory, tagPrefix, MajorMinor.Default, buildMeta: "", VersionPart.Patch, PreReleaseIdentifiers.Default, ignoreHeight: false, log);
        var info = new VersionInfo { Version = SemanticVersion.Parse(version.ToString()), Prefix = tagPrefix, Warnings = log.Warnings };
        if (!isWorkingDirectory) return info;

        // MinVer takes whatever git cannot answer for "there is none"; these questions end with git's words.
        var changes = await git.ChangesAsync(cancellationToken);
        var tags = await git.TagsAtHeadAsync(cancellationToken);
        if (log.IsOutside) await git.ListAsync(cancellationToken, "status", "--short");

        if (await git.HeadAsync(cancellationToken) is not var (revision, time))
        {
            return info with { IsDirty = changes.Count > 0, Changes = changes, Warnings = [$"The repository in '{directory}' has no commit. Using default version {info}."] };
        }

        var tag = HighestTag(tags, info.OfTag, tagPrefix);
        if (tag is not null && info.OfTag(tag)!.CompareTo(info.Version) != 0)
        {
            throw new DeliveryException(
                $"The tags of commit {revision} in '{directory}' say version {info.OfTag(tag)}, and MinVer read {info}: git answers differently to each. "
                + "Run `git fsck`, and look at git's configuration.");
        }

        string[] unread = tag is null ? [.. tags.Where(x => IsMeant(x, tagPrefix))] : [];
        return info with
        {
            Revision = revision,
            Tag = tag,
            Tags = tags,
            CommitTime = time,
            IsDirty = changes.Count > 0,
            Changes = changes,
            Warnings =
            [
                .. info.IsWithoutTag && await git.IsShallowAsync(cancellationToken) ? [CutOff(directory, info)] : info.Warnings,
                .. unread.Length > 0 ? [$"MinVer reads no version in {string.Join(", ", unread)}, of commit {revision}: version tags look like {tagPrefix}1.2.3. The version is {info}."] : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>The commit that is checked out; null where there is none.</summary>
    /// <param name="directory">A folder of the working tree.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">git cannot tell.</exception>
    public static async Task<string?> RevisionAsync(string directory, CancellationToken cancellationToken = default)
    {
        var git = new Git(directory);
        return await git.IsWorkingDirectoryAsync(cancellationToken) ? await git.CommitOfAsync("HEAD", cancellationToken) : null;
    }

    /// <summary>The version that a tag names; null for any other tag. MinVer is asked, which also takes <c>V1.2.3</c>.</summary>
    internal SemanticVersion? OfTag(string tag) => OfTag(tag, Prefix);

    /// <inheritdoc cref="OfTag(string)"/>
    internal static SemanticVersion? OfTag(string tag, string prefix) => MinVer.Lib.Version.TryParse(tag, out var version, prefix) ? version : null;

    /// <summary>The tag that names the highest version; null where none names one. Of <c>v1.2.3</c> and <c>V1.2.3</c> it is the one that everything takes for a version.</summary>
    internal static string? HighestTag<T>(IEnumerable<string> tags, Func<string, T?> versionOf, string prefix)
        where T : class => tags.Where(x => versionOf(x) is not null).OrderByDescending(x => x.StartsWith(prefix, StringComparison.Ordinal)).MaxBy(versionOf);

    /// <summary>The version in full, with its build metadata.</summary>
    public override string ToString() => Version.ToFullString();

    // One of another program of the repository is none that is written wrong: of `shop-v` it would begin with `shop-`.
    private static bool IsMeant(string tag, string prefix) =>
        tag.StartsWith(prefix[..(prefix.AsSpan().LastIndexOfAny("/-_.") + 1)], StringComparison.Ordinal) && TwoNumbers().IsMatch(tag);

    [GeneratedRegex("[0-9][._-][0-9]")]
    private static partial Regex TwoNumbers();

    private bool IsWithoutTag => ToString() == WithoutTag || ToString().StartsWith($"{WithoutTag}.", StringComparison.Ordinal);

    private static string CutOff(string directory, VersionInfo info) =>
        $"The history of the repository in '{directory}' is cut off before any version tag, so version {info} is not the real one. "
        + "Get the rest with: git fetch --unshallow --tags";
}
