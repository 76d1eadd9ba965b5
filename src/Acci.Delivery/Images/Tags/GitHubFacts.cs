using System.Globalization;
using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// The facts of a build that GitHub Actions runs, from its variables and the event's payload, read as docker/metadata-action reads them.
/// Source: GitHub's documentation, "Variables reference" and "Webhook events and payloads".
/// </summary>
public static class GitHubFacts
{
    /// <summary>How large the file of an event may be, in bytes. GitHub caps the payload of an event at 25 MB. Source: GitHub Docs, "Webhook events and payloads".</summary>
    internal const int MaximumEventSize = 32 * 1024 * 1024;

    private const string ShortShaLength = "DOCKER_METADATA_SHORT_SHA_LENGTH";

    /// <summary>Reads these variables and the file that GITHUB_EVENT_PATH names among them; without it the payload is empty.</summary>
    /// <exception cref="DeliveryException">The file cannot be read, or DOCKER_METADATA_SHORT_SHA_LENGTH is not a length.</exception>
    public static BuildFacts Read(IReadOnlyDictionary<string, string> environment, DateTimeOffset now)
    {
        if (environment.GetValueOrDefault("GITHUB_EVENT_PATH") is not { Length: > 0 } path) return Read(environment, default, now);
        try
        {
            using var payload = JsonDocument.Parse(InputFile.Read(path, MaximumEventSize));
            return Read(environment, payload.RootElement, now);
        }
        catch (Exception exception) when (exception is DeliveryException or JsonException or InvalidOperationException)
        {
            throw new DeliveryException($"GitHub's event cannot be read from '{path}', which GITHUB_EVENT_PATH names: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>Reads these variables and this payload; an undefined payload is an empty one.</summary>
    /// <exception cref="DeliveryException">DOCKER_METADATA_SHORT_SHA_LENGTH is not a length.</exception>
    public static BuildFacts Read(IReadOnlyDictionary<string, string> environment, JsonElement payload, DateTimeOffset now)
    {
        var facts = new BuildFacts { EventName = Variable("GITHUB_EVENT_NAME"), Ref = Variable("GITHUB_REF"), Sha = Variable("GITHUB_SHA"), Now = now };

        // This event's GITHUB_REF is the branch the pull request goes to.
        if (facts.EventName == "pull_request_target") facts = facts with { Ref = $"refs/pull/{payload.Text("number")}/merge" };

        var head = facts.EventName.StartsWith("pull_request", StringComparison.Ordinal) ? payload.Text("pull_request", "head", "sha") : "";
        facts = facts with { RefShas = (facts.Sha, head) };
        if (head.Length > 0 && Variable("DOCKER_METADATA_PR_HEAD_SHA").Contains("true", StringComparison.OrdinalIgnoreCase)) facts = facts with { Sha = head };

        if (Variable(ShortShaLength) is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length == 0)
            {
                throw new DeliveryException($"{ShortShaLength} is '{text}'; it must be the number of digits of a short commit, as in 12.");
            }

            facts = facts with { ShortShaLength = length };
        }

        return facts with
        {
            BaseBranch = facts.Tag is not null ? BranchName(payload.Text("base_ref"))
                : facts.PullRequest is not null ? payload.Text("pull_request", "base", "ref")
                : "",
            CommitDate = TimeOf(facts.Sha, payload),
            Repository = payload.Find("repository") is { } repository ? RepositoryFacts.FromGitHub(repository) : RepositoryOf(Variable("GITHUB_REPOSITORY"), facts),
        };

        string Variable(string name) => environment.GetValueOrDefault(name, "");

        // A schedule's event tells nothing of the repository, and always is of its default branch.
        RepositoryFacts RepositoryOf(string fullName, BuildFacts known) => fullName.Length == 0
            ? new RepositoryFacts()
            : new RepositoryFacts
            {
                DefaultBranch = known.EventName == "schedule" ? known.Branch ?? "" : "",
                Name = fullName[(fullName.IndexOf('/', StringComparison.Ordinal) + 1)..],
                Url = $"{Variable("GITHUB_SERVER_URL").TrimEnd('/')}/{fullName}",
            };
    }

    private static string BranchName(string reference) => new BuildFacts { Ref = reference }.Branch ?? reference;

    private static DateTimeOffset? TimeOf(string sha, JsonElement payload)
    {
        var commits = payload.Find("commits") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : [];
        if (payload.Find("head_commit") is { } head) commits.Add(head);
        return commits
            .Where(commit => sha.Length > 0 && commit.Text("id") == sha)
            .Select(commit => DateTimeOffset.TryParse(commit.Text("timestamp"), CultureInfo.InvariantCulture, out var time) ? time : (DateTimeOffset?)null)
            .FirstOrDefault(time => time is not null);
    }
}
