using System.Globalization;
using System.Text.RegularExpressions;
using NuGet.Versioning;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The tags that stand for the newest of several versions, <c>latest</c>, <c>2</c> and <c>2.1</c>, never move back: a 1.2.9 that is published after 2.0.0
/// takes <c>1</c> and <c>1.2</c> and leaves <c>latest</c> and <c>2</c> alone, and a pre-release takes none of them. What is published already is known by its tags.
/// </summary>
public sealed partial record FloatingTags
{
    private const string Latest = "latest";

    /// <summary>The image's version, where it is known otherwise than by a tag that names it in full.</summary>
    public SemanticVersion? Version { get; init; }

    /// <summary>What this image's version tags have around the version; tags that have none of these belong to other images.</summary>
    public IReadOnlyList<TagAffixes> Affixes { get; init; } = [TagAffixes.None];

    /// <summary>Decides about every tag that a new image is to have. Tags that stand for one version, a branch or a commit always may move.</summary>
    /// <param name="version">The image's version; none for an image that has none, which all tags then may name.</param>
    /// <param name="wanted">The tags it is to have.</param>
    /// <param name="published">All tags that its repository has.</param>
    public IReadOnlyList<TagMove> Decide(SemanticVersion? version, IEnumerable<string> wanted, IEnumerable<string> published)
    {
        var known = Versions(published);
        return [.. wanted.Select(tag => Decide(tag, version, known))];
    }

    /// <summary>The version that an image with these tags has: the highest that one of them names in full; none when none does.</summary>
    public SemanticVersion? VersionOf(IEnumerable<string> tags) => Bare(tags)
        .Select(text => SemanticVersion.TryParse(text.StartsWith('v') ? text[1..] : text, out var version) ? version : null)
        .OfType<SemanticVersion>()
        .Max();

    private TagMove Decide(string tag, SemanticVersion? version, Dictionary<SemanticVersion, string> published)
    {
        if (Read(tag) is not { IsFloating: true } reach) return new TagMove(tag, true, "it does not stand for the newest of several versions");
        if (version is null) return new TagMove(tag, true, "the image has no version to compare with those published") { IsFloating = true };
        if (!reach.Contains(version))
        {
            return new TagMove(tag, true, $"{version.ToNormalizedString()} is none of the versions it would stand for, so it is taken for a name");
        }

        if (version.IsPrerelease) return new TagMove(tag, false, $"{version.ToNormalizedString()} is a pre-release") { IsFloating = true };

        return published.Keys.Where(reach.Contains).Max() is { } newest && newest > version
            ? new TagMove(tag, false, $"{newest.ToNormalizedString()} is published and newer than {version.ToNormalizedString()}") { IsFloating = true, Newer = published[newest] }
            : new TagMove(tag, true, $"nothing newer than {version.ToNormalizedString()} is published") { IsFloating = true };
    }

    /// <summary>
    /// The releases whose existence the tags show, each with the tag that says most about it. <c>2.1</c> shows that there is a 2.1.0 or later, even where
    /// versions are never tagged in full. A bare number shows a version only where there is no other sign of versions, since it may as well be a date or a
    /// build's number.
    /// </summary>
    private Dictionary<SemanticVersion, string> Versions(IEnumerable<string> tags)
    {
        var all = tags.Select(tag => (Tag: tag, Reach: Read(tag))).Where(x => x.Reach?.First is not null).ToList();
        var certain = all.Where(x => x.Reach!.Minor is not null).ToList();
        return (certain.Count > 0 ? certain : all)
            .GroupBy(x => x.Reach!.First!)
            .ToDictionary(x => x.Key, x => x.OrderBy(candidate => candidate.Reach!.IsFloating).First().Tag);
    }

    private Reach? Read(string tag)
    {
        if (tag == Latest || Affixes.Any(affixes => tag == affixes.Prefix + Latest || tag == Latest + affixes.Suffix)) return new Reach(null, null, null);
        return Bare([tag]).Select(ReadBare).FirstOrDefault(reach => reach is not null);
    }

    private IEnumerable<string> Bare(IEnumerable<string> tags) => tags.SelectMany(tag => Affixes.Select(affixes => affixes.Strip(tag))).OfType<string>();

    private static Reach? ReadBare(string text)
    {
        if (text == Latest) return new Reach(null, null, null);
        var match = Numbers().Match(text);
        return match.Success ? new Reach(Number("major"), Number("minor"), Number("patch")) : null;

        int? Number(string group) => match.Groups[group] is { Success: true, Value: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : null;
    }

    // Nine digits always fit into an int.
    [GeneratedRegex(@"^v?(?<major>0|[1-9][0-9]{0,8})(?:\.(?<minor>0|[1-9][0-9]{0,8})(?:\.(?<patch>0|[1-9][0-9]{0,8}))?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();

    /// <summary>The versions that a tag can stand for: with no number all, with three a single one.</summary>
    private sealed record Reach(int? Major, int? Minor, int? Patch)
    {
        public bool IsFloating => Patch is null;

        /// <summary>The lowest of them, which must exist where the tag does.</summary>
        public SemanticVersion? First => Major is { } major ? new SemanticVersion(major, Minor ?? 0, Patch ?? 0) : null;

        public bool Contains(SemanticVersion version) =>
            (Major ?? version.Major) == version.Major && (Minor ?? version.Minor) == version.Minor && (Patch ?? version.Patch) == version.Patch;
    }
}
