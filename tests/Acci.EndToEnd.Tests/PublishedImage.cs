using Acci.Delivery.Publishing;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>The main job, done once for all tests of the collection: a clean clone, published.</summary>
public sealed class PublishedImage : IAsyncLifetime
{
    private Checkout? _checkout;
    private BuildRun? _publish;

    /// <summary>Why nothing can be published here: there is no engine, and with it no registry, or no cosign to be had; null where there are.</summary>
    public string? Obstacle { get; private set; }

    public Checkout Checkout => _checkout ?? throw new InvalidOperationException("There is no clone.");

    public BuildRun Publish => _publish ?? throw new InvalidOperationException("Nothing was published.");

    public PublishRecord Record => PublishRecord.Read(RecordFile) ?? throw new InvalidOperationException($"There is no record: {Publish.Output}");

    public string RecordFile => Path.Combine(Checkout.Folder, "artifacts", "publish", $"{App.Name}.json");

    public async ValueTask InitializeAsync()
    {
        _checkout = await Checkout.CloneAsync(CancellationToken.None);
        Obstacle = await Engine.FindObstacleAsync();
        if (Obstacle is not null)
        {
            // Compiled at least, for what needs no more.
            (await _checkout.BuildAsync("--help", CancellationToken.None)).AssertSucceeded();
            return;
        }

        _publish = await _checkout.BuildAsync("Publish", CancellationToken.None);
    }

    /// <summary>Skips the test that calls it where nothing can be published.</summary>
    public void NeedsEngine() => Assert.SkipWhen(Obstacle is not null, $"Nothing can be published here: {Obstacle}.");

    public Task<OciLayout> LayoutAsync() => OciLayout.OpenAsync(Path.Combine(Checkout.Folder, "artifacts", "images", App.Name), TestContext.Current.CancellationToken);

    /// <summary>One of the commands the summary printed: "Verify" or "Run".</summary>
    public string PrintedCommand(string name) => Publish.Output.Split('\n').Last(line => line.StartsWith(name + " ", StringComparison.Ordinal))[name.Length..].Trim();

    public ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The tests that share the published image, one after the other: they share the engine, too.</summary>
[CollectionDefinition(nameof(Publishing))]
public sealed class Publishing : ICollectionFixture<PublishedImage>;
