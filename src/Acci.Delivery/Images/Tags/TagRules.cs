using System.Text.RegularExpressions;

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

    /// <summary>The tags for this build.</summary>
    /// <exception cref="DeliveryException">An expression has no value of the kind that is needed; the message names it.</exception>
    public TagSet Apply(BuildFacts facts)
    {
        var expressions = new TagExpressions(facts);
        var tags = new List<string>();
        bool? isLatest = null;
        foreach (var rule in Rules.OrderByDescending(rule => rule.Priority).Where(IsEnabled))
        {
            if (rule.Find(expressions) is not { } candidate) continue;
            var tag = Sanitize(expressions.Render(rule.Prefix ?? Flavor.Prefix) + candidate.Text + expressions.Render(rule.Suffix ?? Flavor.Suffix));
            if (tag.Length == 0) continue;

            if (ReferenceGrammar.ProblemOfTag(tag) is { } problem) expressions.Warn($"A rule has given a tag that no registry takes: {problem}.");
            tags.Add(tag);
            isLatest ??= Flavor.Latest == LatestTag.Auto ? candidate.IsRelease : Flavor.Latest == LatestTag.Always;
        }

        var (prefix, suffix) = (Sanitize(expressions.Render(Flavor.Prefix)), Sanitize(expressions.Render(Flavor.Suffix)));
        return new TagSet
        {
            Version = tags.FirstOrDefault(),
            Others = tags.Skip(1).Where(tag => tag != tags[0]).Distinct().ToList(),
            Latest = isLatest != true ? null
                : (Flavor.PrefixesLatest ? prefix : "") + Latest + (Flavor.SuffixesLatest ? suffix : ""),
            Floating = new FloatingTags { Prefix = prefix, Suffix = suffix },
            Warnings = [.. Warnings, .. expressions.Warnings],
        };

        bool IsEnabled(TagRule rule) => expressions.Render(rule.Enable) switch
        {
            "true" => true,
            "false" => false,
            var other => throw new DeliveryException($"enable={rule.Enable} of a tag rule is '{other}' and must be true or false."),
        };
    }

    private static string Sanitize(string tag) => Unusable().Replace(tag, "-");

    [GeneratedRegex("[^a-zA-Z0-9._-]+")]
    private static partial Regex Unusable();
}
