using System.Globalization;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The tags that stand for the newest of several versions, <c>latest</c>, <c>2</c> and <c>2.1</c>, never move back: a 1.2.9 that is published after 2.0.0
/// takes <c>1</c> and <c>1.2</c> and leaves <c>latest</c> and <c>2</c> alone, and a pre-release takes none of them. This decides by the
/// published tags; <c>TagPlan</c> also compares the image that the tag points at.
/// </summary>
public sealed partial record FloatingTags
{
    private const string Latest = "latest";

    // A longer number that stands alone is a date or a build's number, until there is such a version.
    private const int LongestMajor = 3;

    // Years of two digits begin here: lower numbers are major versions.
    private const int FirstYear = 20;

    /// <summary>The image's version, where it is known otherwise than by a tag that names it in full.</summary>
    public ImageVersion? Version { get; init; }

    /// <summary>
    /// No tag of git names <see cref="Version"/>: it was counted from the one before. A build of a branch is newer than the last release, and its tags
    /// were asked for although it is no release itself.
    /// </summary>
    public bool IsCounted { get; init; }

    /// <summary>The switch by which a person lets tags move to an image that is older, or not known to be newer; null where none was given.</summary>
    public string? Override { get; init; }

    /// <summary>What this image's version tags have around the version; tags that have none of these belong to other images.</summary>
    public IReadOnlyList<TagAffixes> Affixes { get; init; } = [TagAffixes.None];

    /// <summary>Tags that name no version, though they may look like one: dates.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Tags made from the name of a branch or the number of a pull request. A version in them belongs to the branch, not to one image.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Tags that rules made from the version. One without the whole version stands for the newest of several, however it is written: <c>1_2</c>.</summary>
    internal IReadOnlyList<string> OfVersion { get; init; } = [];

    /// <summary>The git tag that is built, as an image tag; null if none is. It may name a version that MinVer does not read: <c>v1.2</c>, <c>release-1.2.3</c>.</summary>
    public string? GitTag { get; init; }

    /// <summary>The image's annotation is a version of its own, not the one that git gives the build.</summary>
    internal bool SaysOwnVersion { get; init; }

    /// <summary>Decides about every tag that a new image is to have. Tags that stand for one version, a branch or a commit always may move.</summary>
    /// <param name="wanted">The tags it is to have, which name its version where <see cref="Version"/> does not.</param>
    /// <param name="published">All tags that its repository has.</param>
    public IReadOnlyList<TagMove> Decide(IReadOnlyCollection<string> wanted, IEnumerable<string> published)
    {
        var (version, known) = (Version ?? VersionOf(wanted), Published(published));
        return [.. wanted.Select(tag => Overridden(Decide(tag, version, known)))];
    }

    /// <summary>The version that an image with these tags has: the highest that one of them names in full; none when none does.</summary>
    public ImageVersion? VersionOf(IEnumerable<string> tags) => tags.SelectMany(VersionsOf).Max();

    /// <summary>The version that a tag names in full; where what stands around versions leaves that open, each that it may name.</summary>
    public IReadOnlyList<ImageVersion> VersionsOf(string tag) => [.. Bare(tag).Select(x => ImageVersion.TryParse(x) ?? ImageVersion.TryParseTag(x)).OfType<ImageVersion>()];

    /// <summary>Whether a tag may be an image's of this version: of the tags that stand for versions, only those that stand for this one.</summary>
    public bool MayStandFor(string tag, ImageVersion version) => Read(tag) is not { } reach || reach.Contains(version) || reach.IsName;

    /// <summary>Whether a tag contains a full version: <c>app-1.2.3</c>, <c>1.2.3-alpine</c>, <c>1_2_3</c>.</summary>
    internal bool Has(string tag, ImageVersion version) =>
        Branches.Contains(tag) ? VersionsOf(tag).Contains(version) : !Names.Contains(tag) && Contains(tag, version.ToString());

    /// <summary>Returns a copy in which this tag counts as a name. If it is a date, so are all published tags of the same form.</summary>
    internal FloatingTags Without(string tag, IEnumerable<string> published) => this with
    {
        Names = [.. Names, tag, .. FormOf(tag) is { } form && !IsOfForm(Version, form) ? published.Where(x => FormOf(x) == form) : []],
    };

    /// <summary>
    /// The tag is a date, and neither its image's version nor this one's looks like one. A counted version may become any later version, but not a date.
    /// </summary>
    internal bool IsDateOf(string tag, ImageVersion said) => FormOf(tag) is { } form && !IsOfForm(said, form) && !IsOfForm(Version, form);

    /// <summary>Returns a copy that also reads versions with what these tags have around the version.</summary>
    internal FloatingTags WithAffixesOf(IEnumerable<string> tags) => Version is null ? this : this with
    {
        Affixes = [.. Affixes.Concat(tags.Except(Branches).Select(tag => TagAffixes.Around(tag, Version.ToString())).OfType<TagAffixes>()).Distinct()],
    };

    /// <summary>
    /// The version whose tags these are, where that is another one than the image's own; null where it is not. A name like that of a pre-release may be
    /// a branch's, or a variant's (<c>1.2.3-alpine</c>).
    /// </summary>
    internal ImageVersion? OtherVersion(ImageVersion own, IEnumerable<string> tags) => Version is not null && Version != own ? Version
        : tags.Select(VersionsOf).FirstOrDefault(versions => versions.Count > 0 && versions.All(x => !x.IsPrerelease && x != own))?[0];

    private TagMove Decide(string tag, ImageVersion? version, Dictionary<ImageVersion, string> published)
    {
        if (Read(tag) is not { IsFloating: true } reach)
        {
            // A branch may have a name like that of a pre-release.
            var isFull = VersionsOf(tag).Any(x => !x.IsPrerelease || !IsCounted)
                || (version is not null && !IsCounted && Has(tag, version))
                || (GitTag is not null && ThreeNumbers().IsMatch(GitTag) && !Names.Contains(tag) && Contains(tag, GitTag));
            return !isFull && version is not null && OfVersion.Contains(tag) && !Has(tag, version) ? Moves($"it points at nothing newer than {version}")
                : new TagMove(tag, true, "it does not stand for the newest of several versions") { IsFull = isFull };
        }

        var newest = published.Keys.Where(reach.Contains).Max();
        if (version is not null && !reach.Contains(version))
        {
            return reach.IsName && newest is null ? new TagMove(tag, true, $"it does not stand for version {version}, so it counts as a name")
                : tag == GitTag ? Moves("it is the tag of git that is built")
                : new TagMove(tag, false, $"it does not stand for version {version}") { IsFloating = true, IsForeign = true };
        }

        return (version, newest) switch
        {
            (null, null) => Moves("no version is published that it stands for"),
            (null, _) => Stays($"the image has no version to compare with {newest}") with { IsOpen = true },
            ({ IsPrerelease: true }, _) when !IsCounted => Stays($"{version} is a pre-release"),
            _ when newest > version => Stays($"{newest} is published and newer than {version}") with { Newer = published[newest], IsOpen = version.IsPrerelease },
            _ => Moves($"nothing newer than {version} is published"),
        };

        TagMove Moves(string reason) => new(tag, true, reason) { IsFloating = true };
        TagMove Stays(string reason) => new(tag, false, reason) { IsFloating = true };
    }

    private static bool IsOfForm(ImageVersion? version, DateForm form) => form switch
    {
        DateForm.Year => version?.Major.Length > LongestMajor,
        DateForm.ShortYear => version is not null && !IsIn(version.Major, 0, FirstYear - 1),
        _ => version?.Patch.Length >= 4,
    };

    private DateForm? FormOf(string tag) => Read(tag) switch
    {
        { Major.Length: > LongestMajor } => DateForm.Year,
        { Major: { Length: 2 } year, Minor: { } month, Patch: var day } when IsIn(year, FirstYear, 99) && IsIn(month, 1, 12) && (day is null || IsIn(day, 1, 31)) => DateForm.ShortYear,
        { Major: { } day, Minor: { } month, Patch: { Length: 4 } year } when IsIn(day, 1, 31) && IsIn(month, 1, 31) && year.StartsWith("20", StringComparison.Ordinal) => DateForm.YearAtTheEnd,
        _ => null,
    };

    private static bool IsIn(string digits, int first, int last) => int.TryParse(digits, CultureInfo.InvariantCulture, out var number) && number >= first && number <= last;

    private TagMove Overridden(TagMove move) => move.IsForeign || !move.IsFloating || Override is null ? move
        : move.Moves ? move with { IsOverridden = true }
        : move with { IsOverridden = true, Moves = true, Newer = null, Reason = $"{Override} is given, though {move.Reason}" };

    /// <summary>
    /// The releases whose existence the tags show, each with the tag that says most about it. <c>2.1</c> shows that there is a 2.1.0 or later, even where
    /// versions are never tagged in full. A bare number shows a version only where there is no other sign of versions, since it may as well be a date or a
    /// build's number.
    /// </summary>
    private Dictionary<ImageVersion, string> Published(IEnumerable<string> tags)
    {
        var all = tags.Select(tag => (Tag: tag, Reach: Read(tag))).Where(x => x.Reach?.First is not null).ToList();
        var certain = all.Where(x => x.Reach!.Minor is not null).ToList();
        return (certain.Count > 0 ? certain : all)
            .GroupBy(x => x.Reach!.First!)
            .ToDictionary(x => x.Key, x => x.OrderBy(candidate => candidate.Reach!.IsFloating).First().Tag);
    }

    private Reach? Read(string tag)
    {
        if (tag == Latest || Affixes.Any(affixes => tag == affixes.Prefix + Latest || tag == Latest + affixes.Suffix)) return Reach.All;
        return Bare(tag).Select(ReadBare).FirstOrDefault(reach => reach is not null);
    }

    private IEnumerable<string> Bare(string tag) => Names.Contains(tag) ? [] : Affixes.Select(affixes => affixes.Strip(tag)).OfType<string>();

    private static Reach? ReadBare(string text)
    {
        if (text == Latest) return Reach.All;
        var match = Numbers().Match(text);
        return match.Success ? new Reach(Number("major"), Number("minor"), Number("patch"), IsNumber: char.IsAsciiDigit(text[0])) : null;

        string? Number(string group) => match.Groups[group] is { Success: true, Value: var digits } ? digits : null;
    }

    // The text must be a separate word: 11.2.3 does not contain 1.2.3. All separators are treated alike.
    private static bool Contains(string tag, string text)
    {
        var (whole, part) = (Separators().Replace(tag, "."), Separators().Replace(text, "."));
        for (var at = whole.IndexOf(part, StringComparison.OrdinalIgnoreCase); at >= 0; at = whole.IndexOf(part, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (!(at > 0 && char.IsAsciiDigit(whole[at - 1])) && !(at + part.Length < whole.Length && char.IsAsciiLetterOrDigit(whole[at + part.Length]))) return true;
        }

        return false;
    }

    [GeneratedRegex("[_-]")]
    private static partial Regex Separators();

    [GeneratedRegex("[0-9]+[._-][0-9]+[._-][0-9]+")]
    private static partial Regex ThreeNumbers();

    [GeneratedRegex(@"^[vV]?(?<major>0|[1-9][0-9]*)(?:\.(?<minor>0|[1-9][0-9]*)(?:\.(?<patch>0|[1-9][0-9]*))?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Numbers();

    private enum DateForm
    {
        Year,
        ShortYear,
        YearAtTheEnd,
    }

    /// <summary>The versions that a tag can stand for: with no number all, with three a single one.</summary>
    private sealed record Reach(string? Major, string? Minor, string? Patch, bool IsNumber)
    {
        public static Reach All { get; } = new(null, null, null, IsNumber: false);

        public bool IsFloating => Patch is null;

        /// <summary>It may be no version at all, but a date or a build's number.</summary>
        public bool IsName => IsNumber && Minor is null && Major!.Length > LongestMajor;

        /// <summary>The lowest of them, which must exist where the tag does.</summary>
        public ImageVersion? First => Major is null ? null : ImageVersion.Parse($"{Major}.{Minor ?? "0"}.{Patch ?? "0"}");

        public bool Contains(ImageVersion version) =>
            (Major ?? version.Major) == version.Major && (Minor ?? version.Minor) == version.Minor && (Patch ?? version.Patch) == version.Patch;
    }
}
