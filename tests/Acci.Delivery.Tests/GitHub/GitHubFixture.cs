using Acci.Delivery.GitHub;
using Acci.GitHub.StandIn;
using Acci.Oci.Retries;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>A stand-in for GitHub of the test's own. At the end nothing may have been asked that GitHub does not describe.</summary>
public abstract class GitHubFixture : IAsyncLifetime
{
    protected const string Token = "ghs_standInsOwnToken0815";

    private readonly List<GitHubConnection> _connections = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected GitHubStandIn GitHub { get; private set; } = null!;

    protected List<RetryNotice> Retries { get; } = [];

    public async ValueTask InitializeAsync() => GitHub = await GitHubStandIn.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) connection.Dispose();
        await GitHub.DisposeAsync();
        Assert.Empty(GitHub.Violations);
        GC.SuppressFinalize(this);
    }

    /// <summary>A connection in a hurry.</summary>
    protected GitHubConnection Connect(string? repository = "octo/app", TimeSpan? budget = null)
    {
        var retry = new RetryOptions { Budget = budget ?? TimeSpan.FromSeconds(5), FirstDelay = TimeSpan.FromMilliseconds(10), Notify = Retries.Add };
        var connection = new GitHubConnection(GitHubServer.Parse(GitHub.Url), repository is null ? null : GitHubRepository.Parse(repository), Token, retry);
        _connections.Add(connection);
        return connection;
    }
}
