using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Whether a server is well is told by its own answer, whatever the size of that is.</summary>
public sealed class HttpProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_without_end_costs_neither_time_nor_memory()
    {
        var sent = 0L;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var part = new byte[1024 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
                Interlocked.Add(ref sent, part.Length);
            }
        });

        var answer = await AskAsync(server, TimeSpan.FromMinutes(2));

        Assert.True(answer.IsGood);
        Assert.True(Interlocked.Read(ref sent) < 64 * 1024 * 1024, $"{sent}");
    }

    [Fact]
    public async Task What_another_server_says_is_not_asked_for()
    {
        var asked = 0;
        await using var other = await LoopbackServer.StartAsync(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        await using var server = await RedirectingAsync($"http://{other.Domain}/login");

        Assert.Equal(new HttpProbeAnswer(false, $"302, a redirect to http://{other.Domain}/login"), await AskAsync(server));
        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData("/well", true)]
    [InlineData("well", true)]
    [InlineData("/ill", false)]
    [InlineData("/health", false)]
    public async Task A_redirect_to_the_same_server_is_followed_and_not_for_ever(string location, bool isGood)
    {
        await using var server = await RedirectingAsync(location);

        Assert.Equal(isGood, (await AskAsync(server)).IsGood);
    }

    [Fact]
    public async Task Silence_is_no_answer()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        Assert.Equal(new HttpProbeAnswer(null, "no answer within 1 s"), await AskAsync(server, TimeSpan.FromSeconds(1)));
    }

    private static Task<LoopbackServer> RedirectingAsync(string location) => LoopbackServer.StartAsync(context =>
    {
        context.Response.StatusCode = context.Request.Path.Value switch { "/health" => 302, "/well" => 204, _ => 503 };
        if (context.Request.Path == "/health") context.Response.Headers.Location = location;
        return Task.CompletedTask;
    });

    private static async Task<HttpProbeAnswer> AskAsync(LoopbackServer server, TimeSpan? limit = null)
    {
        using var probe = new HttpProbe(limit ?? TimeSpan.FromSeconds(20));
        return await probe.AskAsync(new Uri($"http://{server.Domain}/health"), Cancellation);
    }
}
