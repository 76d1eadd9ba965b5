using System.Net;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

public class OutsideHealthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_does_not_answer_at_once_is_asked_again()
    {
        using var listener = new HttpListener();
        var address = $"127.0.0.1:{RegistryServer.FreePort()}";
        listener.Prefixes.Add($"http://{address}/");

        var clock = new TestClock { PassesByItself = false };
        var asked = OutsideHealth.EnsureAsync("web", address, "/health", Cancellation, clock);
        var pause = await clock.NextWaitAsync(Cancellation);
        listener.Start();
        clock.Advance(pause);
        foreach (var status in (int[])[503, 200])
        {
            var context = await listener.GetContextAsync();
            Assert.Equal("/health", context.Request.Url!.AbsolutePath);
            context.Response.StatusCode = status;
            context.Response.Close();
            if (status == 503) clock.Advance(await clock.NextWaitAsync(Cancellation));
        }

        Assert.True(await asked);
    }

    [Fact]
    public async Task A_service_that_answers_slowly_is_waited_for()
    {
        using var listener = new HttpListener();
        var address = $"127.0.0.1:{RegistryServer.FreePort()}";
        listener.Prefixes.Add($"http://{address}/");
        listener.Start();
        var limit = TimeSpan.FromMilliseconds(50);

        var asked = OutsideHealth.EnsureAsync("web", address, "/health", Cancellation, limit: limit);
        var context = await listener.GetContextAsync();
        await Task.WhenAny(asked, Task.Delay(limit * 10, Cancellation));
        context.Response.StatusCode = 200;
        context.Response.Close();

        Assert.True(await asked);
    }

    [Fact]
    public async Task Where_the_address_may_not_lead_there_a_service_that_is_healthy_by_its_own_check_is_not_failed_by_silence()
    {
        var address = $"127.0.0.1:{RegistryServer.FreePort()}";

        Assert.False(await OutsideHealth.EnsureAsync("web", address, "/health", Cancellation, new TestClock(), isCertain: false));

        await Assert.ThrowsAsync<DeliveryException>(() => OutsideHealth.EnsureAsync("web", address, "/health", Cancellation, new TestClock()));
    }

    [Fact]
    public async Task The_answer_of_another_server_that_it_redirects_to_is_not_its_own()
    {
        await using var other = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        await using var web = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"http://{other.Domain}/login");
            return Task.CompletedTask;
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => OutsideHealth.EnsureAsync("web", web.Domain, "/health", Cancellation, new TestClock()));

        Assert.Contains($"http://{web.Domain}/health answers 302, a redirect to http://{other.Domain}/login from outside.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_never_answers_well_is_told()
    {
        using var listener = new HttpListener();
        var address = $"127.0.0.1:{RegistryServer.FreePort()}";
        listener.Prefixes.Add($"http://{address}/");
        listener.Start();
        var asked = OutsideHealth.EnsureAsync("web", address, "/health", Cancellation, new TestClock(), isCertain: false);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = 503;
                context.Response.Close();
            }
        }, Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => asked);

        Assert.Contains($"http://{address}/health answers 503", error.Message, StringComparison.Ordinal);
    }
}
