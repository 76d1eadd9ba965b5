using System.IO.Compression;
using Acci.Delivery.GitHub;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>A server that is not GitHub, or not well, costs neither the machine's memory nor more than the retry budget.</summary>
public sealed class GitHubLimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_unpacks_to_gigabytes_is_refused_once()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            asked++;
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            var part = new byte[1024 * 1024];
            for (var i = 0; i < 200 && !context.RequestAborted.IsCancellationRequested; i++) await gzip.WriteAsync(part, context.RequestAborted);
        });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => AskAsync(server));

        Assert.Contains("with more than 64 MiB", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(40 * 1024 * 1024, 1, 0, "it is larger than 128 MiB")]
    [InlineData(1, 2_000_000, 0, "it has more than 5,000,000 values")]
    [InlineData(1, 1, 4, "it did not end within 10 minutes")]
    public async Task A_list_that_is_too_much_in_all_is_refused_though_no_page_is(int length, int values, int minutes, string problem)
    {
        var (page, clock) = (0, new TestClock());
        var body = $$"""[{ "id": 1, "body": "{{new string('a', length)}}", "odd": [{{string.Join(',', Enumerable.Repeat("0", values))}}] }]""";
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            clock.Advance(TimeSpan.FromMinutes(minutes));
            context.Response.ContentType = "application/json";
            context.Response.Headers.Link = $"<http://{context.Request.Host}/repos/octo/app/releases?page={++page}>; rel=\"next\"";
            await context.Response.WriteAsync(body, context.RequestAborted);
        });
        using var connection = new GitHubConnection(
            GitHubServer.Parse($"http://{server.Domain}"), GitHubRepository.Parse("octo/app"), "ghs_0815", new RetryOptions { Budget = TimeSpan.FromSeconds(90), Time = clock });

        var failure = await Assert.ThrowsAsync<DeliveryException>(
            () => connection.RunAsync("list the releases", "contents: read", github => github.Repository.Release.GetAll("octo", "app"), Cancellation));

        Assert.Equal($"{server.Domain} lists /repos/octo/app/releases without an end: {problem}. Check GITHUB_API_URL, and the proxies on the way.", failure.Message);
        Assert.True(page < 10, $"{page}");
    }

    [Fact]
    public async Task A_server_that_never_answers_is_waited_for_as_long_as_the_budget_says()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            asked++;
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() => AskAsync(server, TimeSpan.FromSeconds(2)));

        Assert.Contains("the retry budget of 2 s", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("\u0001\u0002{\"garbage\": [")]
    [InlineData("7")]
    [InlineData("<html>Sign in to the network</html>")]
    public async Task What_is_not_GitHub_s_answer_is_said_with_what_was_asked(string answer)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer, context.RequestAborted);
        });
        using var connection = Connect(server);
        var scanning = new CodeScanning(connection) { Pauses = [TimeSpan.Zero] };
        var payload = new SarifPayload(new string('a', 40), "refs/heads/main", [1], new Uri("file:///repository"), null);

        foreach (var failure in new[]
        {
            await Assert.ThrowsAsync<DeliveryException>(() => AskAsync(server)),
            await Assert.ThrowsAsync<DeliveryException>(() => scanning.UploadAsync(payload, Cancellation)),
            await Assert.ThrowsAsync<DeliveryException>(() => scanning.WaitAsync("4711", Cancellation)),
        })
            Assert.Matches("^127.0.0.1 was asked to .*, and its answer is not GitHub's: ", failure.Message);
    }

    [Fact]
    public async Task JSON_of_another_form_is_not_told_in_the_words_of_the_reader()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""[{ "id": null }]""", context.RequestAborted);
        });
        using var connection = Connect(server);
        var payload = new SarifPayload(new string('a', 40), "refs/heads/main", [1], new Uri("file:///repository"), null);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new CodeScanning(connection) { Pauses = [TimeSpan.Zero] }.UploadAsync(payload, Cancellation));

        Assert.Contains("its answer is not GitHub's: it is JSON of another form than GitHub documents. Check GITHUB_API_URL", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "redirects /repos/octo/app to file://, and the API of GitHub is on https")]
    [InlineData("/again", "it redirects again and again")]
    public async Task A_redirect_that_cannot_be_followed_is_said(string location, string problem)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.CompletedTask;
        });

        Assert.Contains(problem, (await Assert.ThrowsAsync<DeliveryException>(() => AskAsync(server))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_without_a_host_is_followed()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path != "/moved")
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = "/moved";
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{ "id": 1 }""", context.RequestAborted);
        });

        await AskAsync(server);
    }

    // A good answer may take as long as it takes on a busy machine.
    private static GitHubConnection Connect(LoopbackServer server, TimeSpan? budget = null) => new(
        GitHubServer.Parse($"http://{server.Domain}"), GitHubRepository.Parse("octo/app"), "ghs_0815",
        new RetryOptions { Budget = budget ?? TimeSpan.FromMinutes(1), FirstDelay = TimeSpan.FromMilliseconds(10) });

    private static async Task AskAsync(LoopbackServer server, TimeSpan? budget = null)
    {
        using var connection = Connect(server, budget);
        await connection.RunAsync("read it", "contents: read", github => github.Repository.Get("octo", "app"), Cancellation);
    }
}
