namespace Acci.Generation.Workflows;

/// <summary>Of a group's runs only one goes on at a time.</summary>
/// <param name="Group">The group; it may hold expressions. A called workflow must not share its caller's: each would wait for the other.</param>
/// <param name="CancelInProgress">Whether a new run ends the one that goes on, rather than waiting for it. Of those that wait only the newest stays in any case.</param>
public sealed record Concurrency(string Group, Expression CancelInProgress)
{
    /// <summary>One run of a workflow for each branch, tag or pull request.</summary>
    public static Concurrency PerRef(Expression cancelInProgress) => new($"{GitHubContext.Workflow}-{GitHubContext.Ref}", cancelInProgress);
}
