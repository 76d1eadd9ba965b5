using System.Net;
using Acci.Delivery.GitHub;
using Acci.GitHub.StandIn;
using Acci.Oci.Retries;

namespace Acci.Delivery.Tests.GitHub;

public sealed class GitHubConnectionTests : GitHubFixture
{
    [Fact]
    public async Task A_call_reaches_the_server_that_is_named_with_the_token_and_below_no_other_path()
    {
        GitHub.AddRepository("octo/app");

        Assert.Equal("octo/app", await AskAsync());

        var request = Assert.Single(GitHub.Requests);
        Assert.Equal("GET /repos/octo/app", request.ToString());
        Assert.Equal($"Bearer {Token}", request.Headers["authorization"]);
        Assert.Equal(Redaction.Mask, Redaction.Redact(Token));
    }

    [Fact]
    public async Task A_request_that_GitHub_does_not_describe_is_seen()
    {
        await using var other = await GitHubStandIn.StartAsync();
        using var connection = new GitHubConnection(GitHubServer.Parse(other.Url), null, Token);

        var failure = await Assert.ThrowsAsync<GitHubException>(() =>
            connection.RunAsync("make a release", "contents: write", github => github.Connection.Post<object>(new Uri("repos/o/r/releases", UriKind.Relative), new { tag_name = 7, bogus = true }, null, "application/json"), Cancellation));

        Assert.Equal(HttpStatusCode.BadRequest, failure.StatusCode);
        Assert.Contains("tag_name", Assert.Single(other.Violations), StringComparison.Ordinal);
        Assert.Contains("bogus", Assert.Single(other.Violations), StringComparison.Ordinal);
    }

    public static TheoryData<Fault> PassingFaults =>
        [Fault.Broken(500), Fault.Broken(503, times: 3), Fault.Drop(), Fault.TooManyRequests(0), Fault.SecondaryRateLimit(1), Fault.RateLimit(DateTimeOffset.UtcNow.AddSeconds(1))];

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(PassingFaults))]
    public async Task What_may_pass_is_tried_again(Fault fault)
    {
        GitHub.AddRepository("octo/app");
        var times = fault.Times;
        GitHub.Fail(fault);

        Assert.Equal("octo/app", await AskAsync());

        Assert.Equal(times, Retries.Count);
        Assert.All(Retries, retry => Assert.StartsWith("127.0.0.1: asked to read the repository octo/app: ", retry.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rate_limit_beyond_the_budget_ends_at_once_and_says_how_long_it_lasts()
    {
        GitHub.Fail(Fault.RateLimit(DateTimeOffset.UtcNow.AddMinutes(30)));

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(AskAsync);

        Assert.Contains("the rate limit of 1000 requests is used up until", failure.Message, StringComparison.Ordinal);
        Assert.Contains("asks to be left alone for", failure.Message, StringComparison.Ordinal);
        Assert.Single(GitHub.Requests);
    }

    [Fact]
    public async Task A_secondary_limit_without_a_time_is_waited_for_as_GitHub_asks()
    {
        GitHub.Fail(Fault.SecondaryRateLimit(0) with { Headers = new Dictionary<string, string>() });

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(AskAsync);

        Assert.Contains("left alone for 60 s", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<int, string, string> Limits => new()
    {
        { 403, "Retry-After", "7" },
        { 403, "X-RateLimit-Remaining", "0" },
        { 429, "X-Anything", "x" },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task A_limit_is_known_by_its_headers_whatever_it_says(int status, string header, string value)
    {
        GitHub.Fail(Fault.Forbidden() with { Status = status, Message = "Slow down", Headers = new Dictionary<string, string> { [header] = value } });

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(AskAsync);

        Assert.Contains(header == "Retry-After" ? "left alone for 7 s" : "left alone for 60 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_said_and_not_shown()
    {
        GitHub.Fail(Fault.Unauthorized());

        var failure = await Assert.ThrowsAsync<GitHubException>(AskAsync);

        Assert.Equal("127.0.0.1 was asked to read the repository octo/app and answered 401 Bad credentials. The token is wrong, or has expired: give a valid one as GITHUB_TOKEN.", failure.Message);
    }

    public static TheoryData<Fault, string> Refusals => new()
    {
        { Fault.Forbidden("packages=write; packages=write,contents=read"), "It takes a token with the permission `packages: write` or `packages: write,contents: read`." },
        { Fault.Forbidden(), "It takes a token with the permission `contents: read` (in a workflow, under `permissions:`)." },
        { Fault.MissingScope("delete:packages, write:packages", "repo"), "It takes a token with the scope delete:packages or write:packages; this one has repo." },
        { Fault.MissingScope("repo", ""), "It takes a token with the scope repo; this one has none." },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Refusals))]
    public async Task A_missing_permission_is_named(Fault fault, string advice)
    {
        GitHub.Fail(fault);

        var failure = await Assert.ThrowsAsync<GitHubException>(AskAsync);

        Assert.Equal(HttpStatusCode.Forbidden, failure.StatusCode);
        Assert.EndsWith(advice, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_may_only_be_hidden()
    {
        var failure = await Assert.ThrowsAsync<GitHubException>(AskAsync);

        Assert.Contains("Either it does not exist, or the token may not see it.", failure.Message, StringComparison.Ordinal);
        Assert.Null(await Connect().FindAsync("read it", "contents: read", github => github.Repository.Get("octo", "app"), Cancellation));
    }

    [Fact]
    public async Task A_slow_answer_does_not_hold_up_an_interrupted_build()
    {
        GitHub.Fail(Fault.Slow(TimeSpan.FromSeconds(30)));
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        interruption.CancelAfter(100);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Connect().RunAsync("read it", "contents: read", github => github.Repository.Get("octo", "app"), interruption.Token));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        using var connection = new GitHubConnection(GitHubServer.Parse("http://127.0.0.1:1"), null, Token, new RetryOptions { Budget = TimeSpan.Zero });

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() => connection.RunAsync("read it", "contents: read", github => github.Repository.Get("octo", "app"), Cancellation));

        Assert.Contains("127.0.0.1: asked to read it failed: connection refused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_repository_it_is_said_where_to_name_one()
    {
        var failure = Assert.Throws<DeliveryException>(() => Connect(repository: null).Repository);

        Assert.Contains("GITHUB_REPOSITORY", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_it_is_said_where_to_give_one()
    {
        using var connection = new GitHubConnection(GitHubServer.Parse(GitHub.Url), null, " ");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => connection.RunAsync("read it", "contents: read", github => github.Repository.Get("octo", "app"), Cancellation));

        Assert.Contains("${{ github.token }}`, with `permissions: contents: read`", failure.Message, StringComparison.Ordinal);
        Assert.Empty(GitHub.Requests);
    }

    private Task<string> AskAsync() =>
        Connect().RunAsync("read the repository octo/app", "contents: read", async github => (await github.Repository.Get("octo", "app")).FullName, Cancellation);
}
