using System.Globalization;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// Reads a rule in docker/metadata-action's syntax: <c>type=semver,pattern={{major}}.{{minor}},enable=true,priority=900</c>.
/// Source: docker/metadata-action, README, "tags input".
/// </summary>
internal static class TagRuleSyntax
{
    private static readonly string[] Types = ["schedule", "semver", "match", "edge", "ref", "raw", "sha"];

    /// <summary>Reads a rule.</summary>
    /// <param name="entry">The rule.</param>
    /// <param name="warn">Gets what is strange in it, in whole sentences for people.</param>
    public static TagRule Parse(string entry, Action<string> warn)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in AttributeList.Parse(entry)) attributes[key ?? "value"] = value;

        var type = Take("type") ?? "raw";
        var rule = type switch
        {
            "schedule" => TagRule.Schedule(Take("pattern") ?? "nightly"),
            "semver" => TagRule.SemVer(Required("pattern", "{{version}}"), ValueOrNone(), Take("match") is { Length: > 0 } match ? match : null),
            "match" => TagRule.Match(Required("pattern", @"\d+\.\d+"), Number("group", 0), ValueOrNone()),
            "edge" => TagRule.Edge(Take("branch") is { Length: > 0 } branch ? branch : null),
            "ref" => Ref(Required("event", "branch")),
            "raw" => TagRule.Raw(Required("value", "latest")),
            "sha" => TagRule.Sha(IsLong(Take("format"))),
            "pep440" => throw new DeliveryException(
                $"The rule '{entry}' is of type pep440, for versions of Python packages, which is not supported. "
                + "Use type=semver, or type=match for versions of another form."),
            _ => throw new DeliveryException($"The rule '{entry}' is of type '{type}', which does not exist; there are {string.Join(", ", Types)}."),
        };

        rule = rule with { Priority = Number("priority", rule.Priority), Enable = Take("enable") ?? rule.Enable };
        if (Take("prefix") is { } prefix) rule = rule with { Prefix = prefix };
        if (Take("suffix") is { } suffix) rule = rule with { Suffix = suffix };
        if (attributes.Count > 0) warn($"The rule '{entry}' is of type {type}, which has no attribute '{string.Join("', '", attributes.Keys)}'.");
        return rule;

        string? Take(string key) => attributes.Remove(key, out var value) ? value : null;

        string Required(string key, string example) =>
            Take(key) ?? throw new DeliveryException($"The rule '{entry}' lacks the attribute {key}, as in {key}={example}.");

        TagTemplate? ValueOrNone() => Take("value") is { Length: > 0 } value ? TagTemplate.Parse(value) : null;

        int Number(string key, int otherwise) => Take(key) is not { } text ? otherwise
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw new DeliveryException($"In the rule '{entry}', {key} is '{text}' and must be a whole number.");

        TagRule Ref(string name) => name switch
        {
            "branch" => TagRule.Branch(),
            "tag" => TagRule.Tag(),
            "pr" => TagRule.PullRequest(),
            _ => throw new DeliveryException($"In the rule '{entry}', event is '{name}' and must be branch, tag or pr."),
        };

        bool IsLong(string? format) => format switch
        {
            null or "short" => false,
            "long" => true,
            _ => throw new DeliveryException($"In the rule '{entry}', format is '{format}' and must be short or long."),
        };
    }
}
