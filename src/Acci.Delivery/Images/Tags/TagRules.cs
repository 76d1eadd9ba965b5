using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// Which tags an image gets, by docker/metadata-action's rules, written as types or read from that action's own configuration.
/// Source: docker/metadata-action, README, "tags input", "flavor input" and "Image name and tag sanitization".
/// </summary>
public sealed partial record TagRules
{
    private const string Latest = "latest";

    /// <summary>The rules; the default ones tag scheduled builds, branches, git tags and pull requests.</summary>
    public IReadOnlyList<TagRule> Rules { get; init; } = [TagRule.Schedule(), TagRule.Branch(), TagRule.Tag(), TagRule.PullRequest()];

    /// <summary>What all tags have in common.</summary>
    public Flavor Flavor { get; init; } = new();

    /// <summary>What was strange in rules that were read, in whole sentences for people.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>
    /// Reads rules in docker/metadata-action's syntax; each text is one rule or a block of them, one a line. Without any, the default ones are meant.
    /// </summary>
    /// <exception cref="DeliveryException">A rule breaks the syntax or is of type pep440; the message says how.</exception>
    public static TagRules Parse(params IEnumerable<string> rules)
    {
        var warnings = new List<string>();
        var read = AttributeList.Entries(rules).Select(entry => TagRuleSyntax.Parse(entry, warnings.Add)).ToList();
        return read.Count == 0 ? new TagRules() : new TagRules { Rules = read, Warnings = warnings };
    }

    /// <summary>Reads rules as a single parameter holds them: separated by <c>;</c> outside of quotes, or one a line.</summary>
    /// <exception cref="DeliveryException">A rule breaks the syntax or is of type pep440; the message says how.</exception>
    public static TagRules ParseList(string rules) => Parse(AttributeList.Lines(rules));

    /// <summary>The tags for this build.</summary>
    /// <exception cref="DeliveryException">An expression has no value of the kind that is needed; the message names it.</exception>
    public TagSet Apply(BuildFacts facts)
    {
        var expressions = new TagExpressions(facts);
        var tags = new List<string>();
        var series = new List<(ImageVersion? Version, TagAffixes Affixes)>();
        var (names, branches, ofVersion) = (new List<string>(), new List<string>(), new List<string>());
        bool? isLatest = null;
        foreach (var rule in Rules.OrderByDescending(rule => rule.Priority).Where(IsEnabled))
        {
            var candidate = rule.Find(expressions);
            if (candidate is null && rule.Affixes is null) continue;
            var (prefix, suffix) = (expressions.Render(rule.Prefix ?? Flavor.Prefix), expressions.Render(rule.Suffix ?? Flavor.Suffix));
            // A rule that gives this build no tag still tells what the tags of versions look like.
            if (rule.Affixes is { } affixes) series.Add((candidate?.Version, Around(prefix + affixes.Prefix, affixes.Suffix + suffix)));
            if (candidate is null) continue;
            var tag = Sanitize(prefix + candidate.Text + suffix);
            if (tag.Length == 0) continue;

            if (ReferenceGrammar.ProblemOfTag(tag) is { } problem) expressions.Warn($"A rule has given a tag that no registry takes: {problem}.");
            tags.Add(tag);
            if (rule.IsDated) names.Add(tag);
            if (rule is RefRule { Kind: not RefKind.Tag }) branches.Add(tag);
            if (candidate.Version is not null) ofVersion.Add(tag);
            isLatest ??= Flavor.Latest == LatestTag.Auto ? candidate.IsRelease : Flavor.Latest == LatestTag.Always;
        }

        var common = new TagAffixes(Sanitize(expressions.Render(Flavor.Prefix)), Sanitize(expressions.Render(Flavor.Suffix)));
        return new TagSet
        {
            Version = tags.FirstOrDefault(),
            Others = tags.Skip(1).Where(tag => tag != tags[0]).Distinct().ToList(),
            Latest = isLatest != true ? null
                : (Flavor.PrefixesLatest ? common.Prefix : "") + Latest + (Flavor.SuffixesLatest ? common.Suffix : ""),
            Floating = Floating(series, common) with { Names = names, Branches = branches, OfVersion = ofVersion, GitTag = facts.Tag is { } gitTag ? Sanitize(gitTag) : null },
            Warnings = [.. Warnings, .. expressions.Warnings],
        };

        bool IsEnabled(TagRule rule) => expressions.Render(rule.Enable) switch
        {
            "true" => true,
            "false" => false,
            var other => throw new DeliveryException($"enable={rule.Enable} of a tag rule is '{other}' and must be true or false."),
        };
    }

    /// <summary>Those of a build's tags that it has because of its ref: without one, or for the default branch, it would not have them.</summary>
    /// <exception cref="DeliveryException">As of <see cref="Apply"/>.</exception>
    internal IReadOnlyList<string> OfRef(BuildFacts facts, TagSet tags)
    {
        string[] others = ["", $"refs/heads/{facts.Repository.DefaultBranch}"];
        var found = others.Select(x => Apply(facts with { Ref = x, BaseBranch = "" }).All).ToList();
        return [.. tags.All.Where(tag => !found.TrueForAll(all => all.Contains(tag)))];
    }

    /// <summary>Only rules about the image's own version say what its version tags look like, not one about the version of something in it.</summary>
    private static FloatingTags Floating(IReadOnlyList<(ImageVersion? Version, TagAffixes Affixes)> series, TagAffixes common)
    {
        var version = series.FirstOrDefault(x => x.Version is not null).Version;
        var affixes = series.Where(x => x.Version is null || x.Version == version).Select(x => x.Affixes).ToList();
        if (affixes.Count == 0 || common != TagAffixes.None) affixes.Add(common);
        return new FloatingTags { Version = version, Affixes = [.. affixes.Distinct()] };
    }

    private static TagAffixes Around(string prefix, string suffix) => new(TagAffixes.OwnV().Replace(Sanitize(prefix), ""), Sanitize(suffix));

    private static string Sanitize(string tag) => Unusable().Replace(tag, "-");

    [GeneratedRegex("[^a-zA-Z0-9._-]+")]
    private static partial Regex Unusable();
}
