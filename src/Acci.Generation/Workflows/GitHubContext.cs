namespace Acci.Generation.Workflows;

/// <summary>What GitHub Actions knows of a run. Source: GitHub's documentation, "Contexts reference", <c>github</c> context.</summary>
public static class GitHubContext
{
    /// <summary>Who started the run.</summary>
    public static Expression Actor { get; } = Expression.Context("github.actor");

    /// <summary>The event that started the run.</summary>
    public static Expression EventName { get; } = Expression.Context("github.event_name");

    /// <summary>The job, by its id.</summary>
    public static Expression Job { get; } = Expression.Context("github.job");

    /// <summary>The branch or tag, in full.</summary>
    public static Expression Ref { get; } = Expression.Context("github.ref");

    /// <summary>Owner and name of the repository.</summary>
    public static Expression Repository { get; } = Expression.Context("github.repository");

    /// <summary>The repository's owner.</summary>
    public static Expression RepositoryOwner { get; } = Expression.Context("github.repository_owner");

    /// <summary>Whether the repository is a fork of another one. The event of a schedule has no repository: there it is false.</summary>
    public static Expression IsFork { get; } = Expression.Context("github.event.repository.fork");

    /// <summary>The run's number, which no other run of any workflow in the repository has.</summary>
    public static Expression RunId { get; } = Expression.Context("github.run_id");

    /// <summary>The job's own token.</summary>
    public static Expression Token { get; } = Expression.Context("github.token");

    /// <summary>The workflow's name; in a called one that of its caller.</summary>
    public static Expression Workflow { get; } = Expression.Context("github.workflow");

    /// <summary>The runner's operating system: Linux, Windows or macOS.</summary>
    public static Expression RunnerSystem { get; } = Expression.Context("runner.os");
}
