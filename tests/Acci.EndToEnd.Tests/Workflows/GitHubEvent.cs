using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>Something that happens on GitHub and starts workflows.</summary>
/// <param name="Name">Its name: <c>push</c>.</param>
/// <param name="Ref">What it is about, in full.</param>
/// <param name="Payload">What GitHub tells of it, as far as workflows and the build read it.</param>
internal sealed partial record GitHubEvent(string Name, string Ref, JsonObject Payload)
{
    /// <summary>The token may write, and secrets are handed over: not so for the pull request of a fork.</summary>
    public bool IsTrusted { get; init; } = true;

    /// <summary>The cron line, of a schedule.</summary>
    public string? Cron { get; init; }

    public static GitHubEvent PushToMain(string repository) => new("push", "refs/heads/main", Of(repository));

    public static GitHubEvent Tag(string repository, string tag) => new("push", $"refs/tags/{tag}", Of(repository));

    /// <summary>Of this event GitHub tells only its time, and nothing of the repository.</summary>
    public static GitHubEvent Schedule(string cron) => new("schedule", "refs/heads/main", new JsonObject { ["schedule"] = cron }) { Cron = cron };

    /// <summary>A person starts a workflow.</summary>
    public static GitHubEvent Dispatch(string repository, string reference, JsonObject inputs)
    {
        var payload = Of(repository);
        payload["inputs"] = inputs;
        return new GitHubEvent("workflow_dispatch", reference, payload);
    }

    public static GitHubEvent PullRequestOfFork(string repository)
    {
        var payload = Of(repository);
        payload["number"] = 7;
        payload["pull_request"] = new JsonObject
        {
            ["number"] = 7,
            ["title"] = "\"; echo injected; \"",
            ["head"] = new JsonObject { ["ref"] = "a$(echo injected)", ["repo"] = new JsonObject { ["full_name"] = "someone/fork", ["fork"] = true } },
            ["base"] = new JsonObject { ["ref"] = "main" },
        };
        return new GitHubEvent("pull_request", "refs/pull/7/merge", payload) { IsTrusted = false };
    }

    /// <summary>Whether a workflow with these triggers starts.</summary>
    public bool Starts(YamlMappingNode on) => Name switch
    {
        "schedule" => on.Children.TryGetValue("schedule", out var times) && ((YamlSequenceNode)times).Any(time => time["cron"].ToString() == Cron),
        "pull_request" => on.Children.TryGetValue("pull_request", out var pull) && Matches(pull, "branches", Payload["pull_request"]!["base"]!["ref"]!.ToString()),
        "workflow_dispatch" => false,
        _ => on.Children.TryGetValue("push", out var push)
            && (Ref.StartsWith("refs/tags/", StringComparison.Ordinal) ? Matches(push, "tags", Ref["refs/tags/".Length..]) : Matches(push, "branches", Ref["refs/heads/".Length..])),
    };

    private static bool Matches(YamlNode trigger, string key, string name) =>
        ((YamlMappingNode)trigger).Children.TryGetValue(key, out var patterns)
        && ((YamlSequenceNode)patterns).Any(pattern => Regex.IsMatch(name, $"^{Regex.Escape(pattern.ToString()).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}$"));

    private static JsonObject Of(string repository) => new()
    {
        ["repository"] = new JsonObject
        {
            ["full_name"] = repository,
            ["name"] = repository.Split('/')[1],
            ["fork"] = false,
            ["default_branch"] = "main",
            ["html_url"] = $"https://github.com/{repository}",
        },
    };
}
