using Serilog;

namespace Acci.Delivery.GitHub;

/// <summary>GitHub, as a build reaches it.</summary>
public static class GitHubOfBuild
{
    /// <summary>GitHub's API.</summary>
    public static Task<GitHubConnection> GitHubAsync(this DeliveryContext context) => context.Once(
        nameof(GitHubAsync),
        () => GitHubConnection.OpenAsync(context.Options.Root, context.Options.GitHubToken, context.Environment, context.Retry, context.CancellationToken));

    /// <summary>Whether GitHub runs this on a schedule. Whether in a fork, only GitHub knows.</summary>
    internal static async Task<bool> IsOnScheduleAsync(this DeliveryContext context) => (await context.FactsAsync()).EventName == "schedule";

    /// <summary>Whether this is a fork, on a schedule of what it was forked from, which is then none of its business.</summary>
    public static async Task<bool> IsForkOnScheduleAsync(this DeliveryContext context)
    {
        // A workflow's condition sees whether it runs in a fork, but not on a schedule: that event says nothing of the repository.
        if (!await context.IsOnScheduleAsync()) return false;
        var gitHub = await context.GitHubAsync();
        var (owner, name) = gitHub.Repository;
        var repository = await gitHub.RunAsync(
            $"say whether {gitHub.Repository} is a fork", "contents: read", github => github.Repository.Get(owner, name), context.CancellationToken);
        if (repository.Fork)
            Log.Information(
                "Nothing is done: {Repository:l} is a fork, and this is a schedule of what it was forked from", gitHub.Repository.ToString());
        return repository.Fork;
    }
}
