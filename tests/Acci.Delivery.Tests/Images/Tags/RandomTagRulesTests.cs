using System.Globalization;
using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;
using CsCheck;

namespace Acci.Delivery.Tests.Images.Tags;

/// <summary>
/// Random rules give the tags that docker/metadata-action documents.
/// Source: README, "tags input" (types, <c>priority</c>, <c>enable</c>, <c>prefix</c>, <c>suffix</c>), "flavor input", "Image name and tag sanitization".
/// </summary>
public sealed class RandomTagRulesTests
{
    private const string Sha = "860c1904a1ce19322e91ac35af1ab07466440c37";

    private static readonly Gen<BuildFacts> Builds = Gen.OneOf(
        "push refs/heads/main", "push refs/heads/dev", "push refs/heads/feature/one", "schedule refs/heads/main", "pull_request refs/pull/7/merge",
        "push refs/tags/v1.2.3", "push refs/tags/1.2.3", "push refs/tags/v1.2.3-rc.1", "push refs/tags/v2.0.0+fork", "push refs/tags/v1.2",
        "push refs/tags/nightly/5", "push refs/tags/v1.0.20240101123456").Select(text => new BuildFacts
        {
            EventName = text.Split(' ')[0],
            Ref = text.Split(' ')[1],
            Sha = Sha,
            Now = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
            CommitDate = new DateTimeOffset(2026, 10, 31, 12, 0, 0, TimeSpan.Zero),
            Repository = new RepositoryFacts { Name = "acci", DefaultBranch = "main" },
        });

    private static readonly Gen<string> Types = Gen.OneOf(
        Gen.Select(
            Gen.OneOf("{{version}}", "{{major}}.{{minor}}", "{{major}}", "v{{major}}", "{{raw}}", "{{major}}.{{minor}}.{{patch}}-x"),
            Gen.OneOf("", "", ",value=v3.4.5", ",value=x"),
            (pattern, value) => $"type=semver,pattern={pattern}{value}"),
        Gen.OneOf("type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr", "type=sha", "type=sha,format=long", "type=edge"),
        Gen.OneOf("type=edge,branch=dev", "type=schedule", "type=schedule,pattern=daily"),
        Gen.OneOf("type=raw,value=canary", "type=raw,value=a b/c", "type=raw,value=latest"),
        Gen.Select(
            Gen.OneOf(@"\d+\.\d+", @"v(\d+)", "(.*)-rc", "nothing"), Gen.OneOf(0, 1), Gen.OneOf("", ",value=v3.4.5"),
            (pattern, group, value) => $"type=match,pattern={pattern},group={group}{value}"));

    private static readonly Gen<string> Rules = Gen.Select(
        Types, Gen.OneOf("", "", ",priority=50", ",priority=650", ",priority=1000"),
        Gen.OneOf("", "", ",enable=true", ",enable=false", ",enable={{is_default_branch}}"),
        Gen.OneOf("", "", ",prefix=p-", ",prefix="), Gen.OneOf("", "", ",suffix=-s"),
        (type, priority, enable, prefix, suffix) => type + priority + enable + prefix + suffix);

    private static readonly Gen<string[]> Flavors = Gen.Select(
        Gen.OneOf("", "latest=auto", "latest=true", "latest=false"), Gen.OneOf("", "prefix=f-", "prefix=f-,onlatest=true"),
        Gen.OneOf("", "suffix=-g", "suffix=-g,onlatest=true"),
        (latest, prefix, suffix) => ((string[])[latest, prefix, suffix]).Where(x => x.Length > 0).ToArray());

    [Fact]
    public void Random_rules_give_the_tags_that_the_action_documents() => Gen.Select(Builds, Rules.Array[1, 6], Flavors).Sample(
        (facts, rules, flavor) =>
        {
            var tags = (TagRules.Parse(rules) with { Flavor = Flavor.Parse(flavor) }).Apply(facts).All;
            Assert.True(
                Documented(facts, rules, flavor).SequenceEqual(tags),
                $"{facts.EventName} {facts.Ref}\n{string.Join('\n', [.. rules, .. flavor])}\n{string.Join(' ', tags)}");
        },
        iter: 3000,
        threads: 1);

    private static string[] Documented(BuildFacts facts, string[] rules, string[] flavor)
    {
        var common = flavor.Select(x => x.Split(',')[0].Split('=')).ToDictionary(x => x[0], x => x[1]);
        var (prefix, suffix) = (common.GetValueOrDefault("prefix", ""), common.GetValueOrDefault("suffix", ""));
        var tags = new List<string>();
        bool? latest = null;
        foreach (var rule in rules.Select(x => Attributes(x)).OrderByDescending(PriorityOf))
        {
            var enable = rule.GetValueOrDefault("enable");
            if (enable == "false" || (enable == "{{is_default_branch}}" && facts.Ref != "refs/heads/main")) continue;
            if (Find(rule, facts) is not var (text, isRelease)) continue;
            var own = rule["type"] == "sha" ? "sha-" : rule.GetValueOrDefault("event") == "pr" ? "pr-" : prefix;
            var whole = rule.GetValueOrDefault("prefix", own) + text + rule.GetValueOrDefault("suffix", suffix);
            var tag = Regex.Replace(whole, "[^a-zA-Z0-9._-]+", "-");
            if (tag.Length == 0) continue;
            tags.Add(tag);
            latest ??= common.GetValueOrDefault("latest", "auto") switch { "auto" => isRelease, var said => said == "true" };
        }

        var (before, after) = (flavor.Contains("prefix=f-,onlatest=true") ? prefix : "", flavor.Contains("suffix=-g,onlatest=true") ? suffix : "");
        if (latest == true) tags.Add($"{before}latest{after}");
        return [.. tags.Distinct()];
    }

    private static Dictionary<string, string> Attributes(string rule) =>
        rule.Split(',').Select(x => x.Split('=', 2)).ToDictionary(x => x[0], x => x[1]);

    private static int PriorityOf(Dictionary<string, string> rule) => rule.TryGetValue("priority", out var given) ? Number(given)
        : rule["type"] switch { "schedule" => 1000, "semver" => 900, "match" => 800, "edge" => 700, "ref" => 600, "raw" => 200, _ => 100 };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static (string Text, bool IsRelease)? Find(Dictionary<string, string> rule, BuildFacts facts)
    {
        string? After(string start) => facts.Ref.StartsWith(start, StringComparison.Ordinal) ? facts.Ref[start.Length..] : null;
        var tag = rule.GetValueOrDefault("value") ?? After("refs/tags/");
        switch (rule["type"])
        {
            case "schedule": return facts.EventName == "schedule" ? (rule.GetValueOrDefault("pattern", "nightly"), false) : null;
            case "sha": return (rule.ContainsKey("format") ? Sha : Sha[..7], false);
            case "raw": return (rule["value"], false);
            case "edge": return After("refs/heads/") == rule.GetValueOrDefault("branch", "main") ? ("edge", false) : null;
            case "ref" when rule["event"] == "branch": return After("refs/heads/") is { } branch ? (branch, false) : null;
            case "ref" when rule["event"] == "tag": return After("refs/tags/") is { } name ? (name, true) : null;
            case "ref": return After("refs/pull/") is { } pull ? (pull.Split('/')[0], false) : null;
            case "match":
                var match = Regex.Match(tag ?? "", rule["pattern"]);
                return tag is not null && match.Success && Number(rule["group"]) is var group && match.Groups.Count > group
                    ? (match.Groups[group].Value, true) : null;
            default:
                var version = Regex.Match(tag ?? "", @"^v?(?<n>(\d+)\.(\d+)\.(\d+)(?<label>-[0-9a-z.-]+)?)(\+.*)?$");
                if (!version.Success) return null;
                var (pattern, isRelease) = (rule["pattern"], version.Groups["label"].Length == 0);
                if (!isRelease && pattern != "{{raw}}") pattern = "{{version}}";
                return (Regex.Replace(pattern, "{{(.+?)}}", x => x.Groups[1].Value switch
                {
                    "raw" => tag!,
                    "version" => version.Groups["n"].Value,
                    "major" => version.Groups[1].Value,
                    "minor" => version.Groups[2].Value,
                    _ => version.Groups[3].Value,
                }), isRelease);
        }
    }
}
