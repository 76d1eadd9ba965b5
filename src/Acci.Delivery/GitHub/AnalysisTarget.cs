using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.GitHub;

/// <summary>What an analysis is of: a commit, and the ref it is shown for.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Ref">The ref.</param>
public sealed partial record AnalysisTarget(string Commit, string Ref)
{
    /// <summary>
    /// What is checked out. In GitHub Actions the ref is GITHUB_REF, which is the commit GITHUB_SHA; of a pull request whose merge commit is not what is checked out, its head.
    /// Elsewhere it is the branch, or the tag. Source: github/codeql-action.
    /// </summary>
    /// <param name="root">A folder of the working tree.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <returns>The target, or the reason why findings have no target. Both are set if the workflow runs for a commit that is not checked out.</returns>
    /// <exception cref="DeliveryException">Another commit is checked out, and GitHub's event cannot be read.</exception>
    public static async Task<(AnalysisTarget? Target, string? Obstacle)> ReadAsync(string root, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken = default)
    {
        var git = new Git(root);
        if (!await git.IsWorkingDirectoryAsync(cancellationToken) || await git.HeadAsync(cancellationToken) is not { Revision: var head }) return (null, $"there is no commit in {root}");
        if (environment.GetValueOrDefault("GITHUB_REF") is not { Length: > 0 } named)
        {
            if (await git.BranchAsync(cancellationToken) is { } branch) return (new AnalysisTarget(head, $"refs/heads/{branch}"), null);
            return await git.TagsAtHeadAsync(cancellationToken) is [var tag, ..]
                ? (new AnalysisTarget(head, $"refs/tags/{tag}"), null)
                : (null, "no branch is checked out, and no tag is on the commit: set GITHUB_REF");
        }

        var target = new AnalysisTarget(head, named);
        var facts = GitHubFacts.Read(environment, default);
        var (sha, headOfPullRequest) = facts.RefShas;
        if (Merge().Match(facts.Ref) is { Success: true } merge && sha != head)
        {
            // Older checkouts fetch the ref itself, which may have moved on since the event.
            var fetched = await git.CommitOfAsync(facts.Ref.Replace("refs/pull/", "refs/remotes/pull/", StringComparison.Ordinal), cancellationToken);
            if (fetched == head) return (new AnalysisTarget(head, facts.Ref), null);
            if (headOfPullRequest == head || headOfPullRequest.Length == 0) return (new AnalysisTarget(head, $"refs/pull/{merge.Groups["number"].Value}/head"), null);
        }

        return sha == head || sha.Length == 0 ? (target, null)
            : (target, $"this workflow runs for commit {sha} (GITHUB_SHA), and {head} is checked out, whose findings would be shown as those of {named}: "
                + "check out the commit that the workflow runs for (actions/checkout without `ref`), or run the workflow for the other one");
    }

    /// <summary>Whether this is a pull request from a fork, whose token may do less.</summary>
    public static bool IsForkPullRequest(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("GITHUB_EVENT_NAME")?.StartsWith("pull_request", StringComparison.Ordinal) is not true) return false;
        if (environment.GetValueOrDefault("GITHUB_EVENT_PATH") is not { Length: > 0 } path || !File.Exists(path)) return false;
        try
        {
            using var payload = JsonDocument.Parse(InputFile.Read(path, GitHubFacts.MaximumEventSize));
            var head = payload.RootElement.GetProperty("pull_request").GetProperty("head").GetProperty("repo");
            // The fork may be gone by now.
            return head.ValueKind == JsonValueKind.Null || head.GetProperty("full_name").GetString() != payload.RootElement.GetProperty("repository").GetProperty("full_name").GetString();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or DeliveryException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^refs/pull/(?<number>[0-9]+)/merge\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Merge();
}
