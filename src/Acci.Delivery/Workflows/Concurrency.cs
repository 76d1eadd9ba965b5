namespace Acci.Delivery.Workflows;

/// <summary>Of a group's runs only one goes on at a time.</summary>
/// <param name="Group">The group; it may hold expressions.</param>
/// <param name="CancelInProgress">A new run ends the one that goes on, rather than waiting for it.</param>
public sealed record Concurrency(string Group, bool CancelInProgress)
{
    /// <summary>One run of a workflow for each branch, tag or pull request.</summary>
    public static Concurrency PerRef(bool cancelInProgress) => new($"{GitHubContext.Workflow}-{GitHubContext.Ref}", cancelInProgress);
}
