using System.Diagnostics;
using System.Text.RegularExpressions;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>A registry that goes down in the middle of a push.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly RegistryServer _server = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_push_outlives_a_registry_that_is_killed_and_comes_back()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, [.. Enumerable.Repeat(20_000_000L, 8)]);
        var repository = _server.NewRepository();
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var retry = new RetryOptions
        {
            Budget = TimeSpan.FromMinutes(5),
            Notify = _ =>
            {
                if (!_server.IsRunning) waits.TrySetResult();
            },
        };
        using var registry = _server.Connect(options: new RegistryOptions { Retry = retry });

        var push = registry.PushAsync(layout, repository, new ProgressTrigger(bytes: 30_000_000, _server.Kill), Cancellation);
        await Task.WhenAny(push, waits.Task);
        Assert.False(push.IsCompleted, "It did not wait.");
        await _server.StartAsync();
        await push;

        await registry.ResolveAsync(repository.WithDigest(layout.Root.Digest), Cancellation);
        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs) Assert.True(await registry.HasBlobAsync(repository, blob.Digest, Cancellation));
    }

    [Fact]
    public async Task A_registry_that_stays_down_is_given_up_within_the_budget()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, [.. Enumerable.Repeat(20_000_000L, 4)]);
        var repository = _server.NewRepository();
        var (budget, clock, down) = (TimeSpan.FromMinutes(1), new TestClock(), 0L);
        using var registry = _server.Connect(options: new RegistryOptions { Retry = new RetryOptions { Budget = budget, Time = clock } });

        var error = await Assert.ThrowsAsync<RetriesExhaustedException>(() => registry.PushAsync(
            layout,
            repository,
            new ProgressTrigger(bytes: 10_000_000, () =>
            {
                // Its last moment: before it has ended, waits may have passed.
                down = clock.GetTimestamp();
                _server.Kill();
            }),
            Cancellation));

        Assert.True(clock.GetElapsedTime(down) > budget / 2, "It gave up before the budget ended.");
        // The configuration is sent beside the layers, and any of them may be the first to give up. Their delays add up on this clock, and the budget may end in the middle of an attempt.
        var expected = $"^{_server.Domain}: upload of blob sha256:[0-9a-f]{{64}} \\((20|0)\\.0 MB\\) to {repository.Path} failed: connection refused(, then no answer)?\\. "
            + "[0-9]+ attempts? used up the retry budget of 60 s\\. Check ";
        Assert.True(Regex.IsMatch(error.Message, expected), error.Message);
    }

    [Fact]
    public async Task A_registry_that_was_never_there_is_said_at_once()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        var repository = _server.NewRepository();
        _server.Kill();
        var budget = TimeSpan.FromMinutes(2);
        using var registry = _server.Connect(options: new RegistryOptions { Retry = new RetryOptions { Budget = budget }, FirstContactBudget = TimeSpan.FromSeconds(1) });

        var since = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.PushAsync(layout, repository, cancellationToken: Cancellation));

        Assert.True(since.Elapsed < budget, "It waited for a registry that was never there.");
        Assert.Matches(
            $"^The registry {_server.Domain} cannot be reached \\(connection refused(, then no answer)?\\)\\. Check that it runs, and the address given by --registry\\.$",
            error.Message);
    }

    [Fact]
    public async Task Two_pushes_of_one_image_at_once_both_arrive()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 5_000_000, 4_000_000, 3_000_000);
        var repository = _server.NewRepository();
        using var first = _server.Connect();
        using var second = _server.Connect();

        var results = await Task.WhenAll(
            first.PushAsync(layout, repository, cancellationToken: Cancellation),
            second.PushAsync(layout, repository, cancellationToken: Cancellation));

        Assert.All(results, x => Assert.Equal(layout.Root.Digest, x.Digest));
        await first.ResolveAsync(repository.WithDigest(layout.Root.Digest), Cancellation);
    }
}
