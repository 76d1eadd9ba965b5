using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Commands that get images, with shell scripts in their place.</summary>
public sealed class ImagePullTests : IDisposable
{
    [Fact]
    public async Task A_registry_whose_host_takes_no_connection_is_not_called_silent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a full queue of connections refuses more.");
        using var full = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        full.Start(backlog: 0);
        var waiting = new List<System.Net.Sockets.TcpClient>();
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(new System.Net.Sockets.TcpClient());
            _ = waiting[i].ConnectAsync(((System.Net.IPEndPoint)full.LocalEndpoint).Address, ((System.Net.IPEndPoint)full.LocalEndpoint).Port, TestContext.Current.CancellationToken).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }

        var context = new DeliveryContext(new DeliveryOptions { Root = Path.GetTempPath(), Artifacts = Path.GetTempPath(), RetryBudget = TimeSpan.Zero, Images = [] }, TestContext.Current.CancellationToken);
        var pull = new ImagePull(context);

        Assert.Equal(RegistryAnswer.NotReached, await pull.AskAsync($"{full.LocalEndpoint}", TestContext.Current.CancellationToken));
        waiting.ForEach(x => x.Dispose());
    }

    [Fact]
    public async Task A_registry_that_answers_that_it_does_not_work_answers()
    {
        await using var registry = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return Task.CompletedTask;
        });
        var options = new DeliveryOptions { Root = Path.GetTempPath(), Artifacts = Path.GetTempPath(), RetryBudget = TimeSpan.FromMinutes(1), Images = [] };

        Assert.Equal(RegistryAnswer.Answers, await new ImagePull(new DeliveryContext(options, Cancellation) { Time = new TestClock() }).AskAsync(registry.Domain, Cancellation));
    }

    private const string Unavailable = "failed to resolve reference: unexpected status from HEAD request to http://127.0.0.1:1/v2/app/manifests/1: 503 Service Unavailable";
    private const string StandsStill = "while :; do echo 'layer Downloading 1.049MB/12.01MB'; sleep 0.1; done";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Starts => File.Exists(_folder.Combine("starts")) ? File.ReadAllLines(_folder.Combine("starts")).Length : 0;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_registry_failed_for_is_tried_again()
    {
        var result = await PullAsync($"[ $(wc -l < starts) = 3 ] || {{ echo '{Unavailable}' >&2; exit 1; }}", "registry.invalid/app:1", seconds: 60);

        Assert.True(result.Succeeded);
        Assert.Equal(3, Starts);
    }

    [Fact]
    public async Task What_a_registry_keeps_failing_for_ends_with_the_budget()
    {
        var failure = await Assert.ThrowsAsync<RetriesExhaustedException>(() => PullAsync($"echo '{Unavailable}' >&2; exit 1", "registry.invalid/app:1", seconds: 1));

        Assert.Matches(@"^Images failed: 503 Service Unavailable\. \d+ attempts used up the retry budget of 1 s\. ", failure.Message);
    }

    [Fact]
    public async Task A_refusal_is_passed_on_at_once()
    {
        var result = await PullAsync("echo 'app:1: not found' >&2; exit 1", "registry.invalid/app:1", seconds: 60);

        Assert.Equal("app:1: not found", Assert.Single(result.LastLines(5)));
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task A_download_that_stands_still_ends_where_the_registry_does_not_answer_others_either()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => PullAsync($"echo $$ > id; {StandsStill}", $"{silent.LocalEndpoint}/app:1", seconds: 1));

        Assert.StartsWith($"Docker shows no progress with {silent.LocalEndpoint} for 1 s, and the registry does not answer this build either. ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, Starts);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(_folder.Combine("id"), Cancellation)).Trim()}"));
    }

    [Fact]
    public async Task A_download_that_stands_still_is_waited_for_while_the_registry_answers()
    {
        var asked = 0;
        await using var registry = await LoopbackServer.StartAsync(context =>
        {
            if (Interlocked.Increment(ref asked) == 2) File.WriteAllText(_folder.Combine("go"), "");
            return context.Response.WriteAsync("{}");
        });

        var result = await PullAsync("until [ -e go ]; do echo same; sleep 0.05; done", $"{registry.Domain}/app:1", seconds: 60, new TestClock());

        Assert.True(result.Succeeded);
        Assert.True(asked >= 2);
    }

    [Theory]
    [InlineData("127.0.0.1:1/app:1")]
    [InlineData("registry.invalid/app:1")]
    public async Task A_registry_that_is_not_reached_from_here_is_nothing_to_end_a_download_for(string image)
    {
        // An engine may have a mirror.
        var result = await PullAsync("for i in 1 2 3; do sleep 0.2; echo same; done", image, seconds: 60, new TestClock());

        Assert.True(result.Succeeded);
    }

    private Task<CommandResult> PullAsync(string script, string image, int seconds, TimeProvider? time = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, RetryBudget = TimeSpan.FromSeconds(seconds), Images = [] }, Cancellation) { Time = time ?? TimeProvider.System };
        var command = new Command("sh", "-c", $"echo start >> starts; {script}") { WorkingDirectory = _folder.Path };
        return new ImagePull(context).RunAsync("Images", command, _ => Task.FromResult<IReadOnlyList<string>>([image]), _ => { });
    }
}
