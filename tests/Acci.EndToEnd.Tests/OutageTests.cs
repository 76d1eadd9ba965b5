using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>Publishes to a registry that goes away in the middle of the push.</summary>
public sealed class OutageTests(PublishedImage published) : IAsyncLifetime
{
    private readonly RegistryServer _server = new();
    private Checkout? _checkout;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Destination => $"{_server.Domain}/outage";

    private ImageReference Repository => ImageReference.Parse($"{Destination}/{App.Name}");

    private Checkout Checkout => _checkout!;

    private PublishRecord? Record => PublishRecord.Read(Path.Combine(Checkout.Folder, "artifacts", "publish", $"{App.Name}.json"));

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        if (published.Obstacle is null) _checkout = await published.Pristine.CopyAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _checkout?.Dispose();
    }

    [Fact]
    public async Task A_registry_that_is_away_for_20_seconds_delays_the_publish_and_no_more()
    {
        published.NeedsEngine();
        var publish = Checkout.BuildAsync($"Publish --registry {Destination}", Cancellation);
        var digest = await KillInPushAsync(publish);
        await Task.Delay(TimeSpan.FromSeconds(20), Cancellation);
        Assert.False(publish.IsCompleted, "It did not wait.");
        await _server.StartAsync();
        (await publish).AssertSucceeded();

        using var registry = _server.Connect();
        Assert.Equal(digest, Record!.Digest);
        foreach (var tag in Record!.Tags) Assert.Equal(digest, (await registry.ResolveAsync(Repository.WithTag(tag), Cancellation)).Digest);
    }

    [Fact]
    public async Task A_registry_that_stays_away_ends_the_publish_within_the_budget_and_the_next_run_goes_on()
    {
        published.NeedsEngine();
        var publish = Checkout.BuildAsync($"Publish --registry {Destination} --retry-budget 5", Cancellation);
        var digest = await KillInPushAsync(publish);
        (await publish).AssertFailed(_server.Domain, "retry budget of 5 s");

        await _server.StartAsync();
        using var registry = _server.Connect();
        Assert.Empty(await registry.ListTagsAsync(Repository, cancellationToken: Cancellation).ToListAsync(Cancellation));
        Assert.Equal(digest, Record!.Digest);
        Assert.Contains(PublishStep.SmokeTest, Record!.Steps.Keys);
        Assert.DoesNotContain(PublishStep.Tag, Record!.Steps.Keys);

        var again = (await Checkout.BuildAsync($"Publish --registry {Destination}", Cancellation)).AssertSucceeded();
        Assert.Contains("SmokeTest was done before for this digest", again.Output, StringComparison.Ordinal);
        Assert.Equal(digest, Record!.Digest);
    }

    /// <summary>Kills the registry as soon as the first blob is on its way.</summary>
    /// <returns>What is published.</returns>
    private async Task<Digest> KillInPushAsync(Task<BuildRun> publish)
    {
        // What is uploaded before the smoke test only tries whether that is allowed.
        while (_server.OpenUploads(Repository) == 0 || Record is not { } record || !record.Steps.ContainsKey(PublishStep.SmokeTest))
        {
            if (publish.IsCompleted) Assert.Fail($"It ended before it pushed anything: {(await publish).Output}");
            await Task.Delay(2, Cancellation);
        }

        _server.Kill();
        return Record!.Digest;
    }
}
