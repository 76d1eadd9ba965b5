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
    /// What is checked out. In GitHub Actions the ref is GITHUB_REF; of a pull request whose merge commit is not what is checked out, its head.
    /// Elsewhere it is the branch, or the tag. Source: github/codeql-action.
    /// </summary>
    /// <param name="root">A folder of the working tree.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <returns>The target, or null and why there is none.</returns>
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

        if (Merge().Match(named) is not { Success: true } merge || environment.GetValueOrDefault("GITHUB_SHA") == head) return (new AnalysisTarget(head, named), null);
        // Older checkouts fetch the ref itself, which may have moved on since the event.
        var fetched = await git.CommitOfAsync(named.Replace("refs/pull/", "refs/remotes/pull/", StringComparison.Ordinal), cancellationToken);
        return (new AnalysisTarget(head, fetched == head ? named : $"refs/pull/{merge.Groups["number"].Value}/head"), null);
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
