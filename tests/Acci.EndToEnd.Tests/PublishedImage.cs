using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Acci.Testing;

[assembly: AssemblyFixture(typeof(Acci.EndToEnd.Tests.PublishedImage))]

namespace Acci.EndToEnd.Tests;

/// <summary>The main job, done once for all tests: a clean clone, published.</summary>
public sealed class PublishedImage : IAsyncLifetime
{
    private Checkout? _checkout;
    private Checkout? _pristine;
    private PublishRecord? _first;
    private BuildRun? _publish;

    /// <summary>Why nothing can be published here: there is no engine, and with it no registry, or no cosign to be had; null where there are.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>The clone with all that is compiled in it, as it was before any test: what is copied runs beside the tests that change the other one.</summary>
    public Checkout Pristine => _pristine ?? throw new InvalidOperationException("There is no clone.");

    /// <summary>What was published at first; tests publish elsewhere meanwhile.</summary>
    public PublishRecord First => _first ?? throw new InvalidOperationException($"There is no record: {Publish.Output}");

    /// <summary>What the registry had under each of its tags when that publish was done; tests move them.</summary>
    public IReadOnlyDictionary<string, Digest> Served { get; private set; } = new Dictionary<string, Digest>();

    /// <summary>What the publish left in <c>artifacts</c>, as it was before any test.</summary>
    public string Artifacts { get; private set; } = "";

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
            _pristine = await PristineAsync(_checkout);
            return;
        }

        _publish = await _checkout.BuildAsync("Publish", CancellationToken.None);
        _pristine = await PristineAsync(_checkout);
        Artifacts = Path.Combine(Path.GetDirectoryName(_pristine.Folder)!, "artifacts");
        if (_publish.ExitCode == 0)
            await CommandRunner.RunAsync(new Command("cp", "-a", Path.Combine(_checkout.Folder, "artifacts"), Artifacts), cancellationToken: CancellationToken.None);
        _first = PublishRecord.Read(RecordFile);
        if (_first is not null) Served = await ServedAsync(_first);
        if (Environment.GetEnvironmentVariable("ACCI_NATIVE") is { Length: > 0 } folder && _publish.ExitCode == 0) await ExtractAsync(folder);
    }

    // The build runs from its own folder. Those of its libraries are half of what is copied, again and again, and made anew where a test compiles.
    private static async Task<Checkout> PristineAsync(Checkout checkout)
    {
        var pristine = await checkout.CopyAsync(CancellationToken.None);
        foreach (var library in Directory.EnumerateDirectories(Path.Combine(pristine.Folder, "src")))
        {
            // The folder itself stays: that it is made would count as a change.
            var output = new DirectoryInfo(Path.Combine(library, "bin"));
            if (!output.Exists) continue;
            foreach (var folder in output.EnumerateDirectories()) folder.Delete(recursive: true);
        }

        return pristine;
    }

    private static async Task<Dictionary<string, Digest>> ServedAsync(PublishRecord record)
    {
        var repository = ImageReference.Parse(record.Repository);
        using var registry = OciRegistry.Of(repository);
        var served = new Dictionary<string, Digest>();
        foreach (var tag in record.Tags)
        {
            if (await registry.FindAsync(repository.WithTag(tag), CancellationToken.None) is { } found) served.Add(tag, found.Digest);
        }

        return served;
    }

    // The program as it is published, for who measures it.
    private async Task ExtractAsync(string folder)
    {
        var layout = await LayoutAsync();
        var native = (await layout.ReadPlatformsAsync()).Single(x => x.Platform == Platform.LinuxAmd64);
        await ElfFiles.ExtractAsync(layout, native, $"app/{App.Name}", folder, CancellationToken.None);
    }

    /// <summary>Skips the test that calls it where nothing can be published.</summary>
    public void NeedsEngine() => Assert.SkipWhen(Obstacle is not null, $"Nothing can be published here: {Obstacle}.");

    public Task<OciLayout> LayoutAsync() => OciLayout.OpenAsync(Path.Combine(Checkout.Folder, "artifacts", "images", App.Name), TestContext.Current.CancellationToken);

    /// <summary>One of the commands the summary printed: "Verify" or "Run".</summary>
    public string PrintedCommand(string name) => Publish.Output.Split('\n').Last(line => line.StartsWith(name + " ", StringComparison.Ordinal))[name.Length..].Trim();

    public ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        _pristine?.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The tests that share the published checkout, one after the other. Those that take a copy of it run beside them.</summary>
[CollectionDefinition(nameof(Publishing))]
public sealed class Publishing;
