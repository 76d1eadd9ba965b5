namespace Acci.Delivery.Images.Tags;

/// <summary>
/// One rule that gives an image a tag when what is being built calls for it.
/// Every text of a rule may have expressions in it: <c>TagRule.Sha() with { Prefix = "{{branch}}-" }</c>.
/// Source: docker/metadata-action, README, "tags input".
/// </summary>
public abstract record TagRule
{
    /// <summary>A rule of this priority.</summary>
    private protected TagRule(int priority) => Priority = priority;

    /// <summary>The rule of the highest priority gives the image its version; of equal ones, the first.</summary>
    public int Priority { get; init; }

    /// <summary>Whether the rule counts: <c>true</c>, <c>false</c>, or an expression that becomes one of them.</summary>
    public TagTemplate Enable { get; init; } = "true";

    /// <summary>What is put before the tag; the flavor's prefix when not given.</summary>
    public TagTemplate? Prefix { get; init; }

    /// <summary>What is put after the tag; the flavor's suffix when not given.</summary>
    public TagTemplate? Suffix { get; init; }

    // A date may look like a version.
    internal virtual bool IsDated => Prefix is { IsDated: true } || Suffix is { IsDated: true };

    /// <summary>
    /// From a version tag in git: <c>{{version}}</c>, <c>{{major}}.{{minor}}</c>. A pre-release gives its whole version, whatever the pattern.
    /// </summary>
    /// <param name="pattern">The tag, with the expressions <c>version</c>, <c>major</c>, <c>minor</c>, <c>patch</c> and <c>raw</c>.</param>
    /// <param name="value">The version, where it is not the git tag.</param>
    /// <param name="match">A regular expression whose first group is the version within the git tag or the value.</param>
    public static TagRule SemVer(TagTemplate pattern, TagTemplate? value = null, string? match = null) =>
        new SemVerRule { Pattern = pattern, Value = value, Within = match is null ? null : MatchPattern.ParsePlain(match) };

    /// <summary>The name of the branch.</summary>
    public static TagRule Branch() => new RefRule(RefKind.Branch);

    /// <summary>The name of the git tag.</summary>
    public static TagRule Tag() => new RefRule(RefKind.Tag);

    /// <summary>The number of the pull request: <c>pr-7</c>.</summary>
    public static TagRule PullRequest() => new RefRule(RefKind.PullRequest) { Prefix = "pr-" };

    /// <summary>The commit: <c>sha-860c190</c>.</summary>
    /// <param name="isLong">All digits instead of the first ones.</param>
    public static TagRule Sha(bool isLong = false) => new ShaRule { IsLong = isLong, Prefix = "sha-" };

    /// <summary>A tag for scheduled builds.</summary>
    /// <param name="pattern">The tag, with the expression <c>date</c>.</param>
    public static TagRule Schedule(string pattern = "nightly") => new ScheduleRule { Pattern = pattern };

    /// <summary>The tag <c>edge</c> for the last commit of a branch.</summary>
    /// <param name="branch">The branch; the repository's default branch when not given.</param>
    public static TagRule Edge(string? branch = null) => new EdgeRule { Name = branch };

    /// <summary>This tag.</summary>
    public static TagRule Raw(TagTemplate value) => new RawRule { Value = value };

    /// <summary>What a regular expression finds in the git tag.</summary>
    /// <param name="pattern">The regular expression in JavaScript's syntax: <c>\d+\.\d+</c>, or <c>/v(.*)/i</c> with flags.</param>
    /// <param name="group">The group that is the tag; 0 is all that was found.</param>
    /// <param name="value">What to search, where it is not the git tag.</param>
    public static TagRule Match(string pattern, int group = 0, TagTemplate? value = null) =>
        new MatchRule { Pattern = MatchPattern.Parse(pattern), Group = group, Value = value };

    /// <summary>What the rule itself puts around versions; none where it is not about versions.</summary>
    internal virtual TagAffixes? Affixes => null;

    /// <summary>The tag that the rule gives, before prefix and suffix; none when it does not apply.</summary>
    internal abstract TagCandidate? Find(TagExpressions expressions);

    /// <summary>What the rules about versions look at: the value where there is one, else the git tag.</summary>
    private protected static string? ValueOrTag(TagTemplate? value, TagExpressions expressions) =>
        value is null ? expressions.Facts.Tag : expressions.Render(value);
}
