using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Delivery.SmokeTests;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>
/// A checkout whose image is built, and the steps of its publish, each in a build of its own: with a registry server, and with stand-ins for the
/// scanner and cosign. No platform can be started here.
/// </summary>
public sealed class PublishWorld : IDisposable
{
    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _registry;
    private string _commit = "";

    private PublishWorld(string registry)
    {
        _registry = registry;
        Cosign = new CosignStandIn(_folder.Combine("cosign"));
        Trivy = new TrivyStandIn(_folder.Combine("trivy"));
    }

    public static IReadOnlyList<string> Steps { get; } = ["SmokeTestImages", "ScanImages", "SignImages", "VerifyImages", "TagImages"];

    public CosignStandIn Cosign { get; }

    public TrivyStandIn Trivy { get; }

    public ImageReference Repository => ImageReference.Parse($"{_registry}/app");

    public string RecordFile => Artifact("publish", "app.json");

    public string Layout => Artifact("images", "app");

    public string Scan => Artifact("scan", "app");

    public PublishRecord Record => PublishRecord.Read(RecordFile)!;

    /// <summary>The job that the next steps run in, with the cosign that is on its PATH; null outside of workflows, with the stand-in.</summary>
    public ProcessEnvironment? Job { get; set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="server">The registry it is published to.</param>
    /// <param name="sources">What the image's provenance says of its sources, if anything.</param>
    /// <param name="domain">By what address it is reached, where that is not its own.</param>
    /// <param name="platforms">For what it is built; linux/amd64 alone when not given.</param>
    public static async Task<PublishWorld> BuiltAsync(RegistryServer server, JsonObject? sources = null, string? domain = null, IReadOnlyList<Platform>? platforms = null)
    {
        var world = new PublishWorld($"{domain ?? server.Domain}/owner-{Guid.NewGuid():n}");
        await world._checkout.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one");
        world._commit = (await VersionInfo.ReadAsync(world._checkout.Directory, Cancellation)).Revision!;
        await LayoutBuilder.WriteAttestedAsync(world.Layout, sources: sources, platforms: platforms);
        await world.RecordBuildAsync();
        return world;
    }

    /// <summary>What the last step wrote for a job's summary page.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Runs commands in the checkout.</summary>
    public Task GitAsync(params string[] commands) => _checkout.Run(commands);

    /// <summary>Writes down what lies in the layout as what has just been built.</summary>
    public async Task RecordBuildAsync()
    {
        using var context = Context();
        var layout = await OciLayout.OpenAsync(Layout, Cancellation);
        var said = (await layout.ReadManifestAsync(layout.Root, Cancellation)).Annotations;
        context.BeginPublish(context.Options.Images[0], new PublishRecord
        {
            Image = "app",
            Digest = layout.Root.Digest,
            Repository = Repository.Repository,
            Version = (await context.VersionAsync()).ToString(),
            Revision = said.GetValueOrDefault("org.opencontainers.image.revision", _commit),
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))],
        });
    }

    public string Artifact(params string[] names) => Path.Combine([_checkout.Directory, "artifacts", .. names]);

    /// <summary>Where the engine is.</summary>
    public EngineLocation Location { get; set; } = EngineLocation.Here;

    /// <summary>Runs the steps before this one.</summary>
    public async Task RunUntilAsync(string step)
    {
        foreach (var before in Steps.TakeWhile(x => x != step)) await RunAsync(before);
    }

    /// <summary>Runs one step in a build of its own, and returns the table if it is the last one.</summary>
    public async Task<string> RunAsync(string step, Func<DeliveryOptions, DeliveryOptions>? change = null, bool isAskedFor = false)
    {
        var table = "";
        using var context = Context(change);
        Verb verb = step switch
        {
            "SmokeTestImages" => new SmokeTestImages(context),
            "ScanImages" => new ScanImages(context) { IsAskedFor = isAskedFor },
            "SignImages" => new SignImages(context),
            "VerifyImages" => new VerifyImages(context),
            _ => new TagImages(context, summaries =>
            {
                table = summaries[0].ToText();
                Summary = summaries[0].ToMarkdown();
                return Task.CompletedTask;
            }),
        };
        await verb.RunAsync();
        return table;
    }

    /// <summary>Runs one step that has to refuse, in a line, and leaves every tag where it was.</summary>
    public async Task<string> RefusedAsync(string step, Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var tags = await TagsAsync();
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => RunAsync(step, change));
        Assert.Equal(tags, await TagsAsync());
        return error.Message;
    }

    public async Task<IReadOnlyList<string>> TagsAsync()
    {
        using var context = Context();
        var registry = await context.RegistryAsync();
        var tags = new List<string>();
        await foreach (var tag in registry.ListTagsAsync(Repository, cancellationToken: Cancellation))
            tags.Add($"{tag} {(await registry.ResolveAsync(Repository.WithTag(tag), Cancellation)).Digest}");
        return [.. tags.Order(StringComparer.Ordinal)];
    }

    /// <summary>Another image, pushed and not signed.</summary>
    public async Task<OciLayout> PushOtherAsync()
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine("other"), "other");
        using var context = Context();
        await (await context.RegistryAsync()).PushAsync(layout, Repository, cancellationToken: Cancellation);
        return layout;
    }

    public void Dispose()
    {
        _checkout.Dispose();
        _folder.Dispose();
    }

    public DeliveryContext Context(Func<DeliveryOptions, DeliveryOptions>? change = null)
    {
        var options = new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
            CacheDirectory = new CacheDirectory(_folder.Combine("cache")),
            Images = [new("app") { Dockerfile = "Dockerfile" }],
            Registry = _registry,
            RetryBudget = TimeSpan.FromMinutes(1),
            Scan = new ScanOptions { Program = Trivy.Program },
        };
        options = options with { Keyless = Job is not null };
        var context = new DeliveryContext(change?.Invoke(options) ?? options, Cancellation) { Environment = Job?.With(("GITHUB_SHA", _commit)) ?? TestEnvironment.OutsideWorkflows };
        context.Know(nameof(EngineOfBuild.EngineAsync), Task.FromResult(new DockerEngine("docker")));
        context.Know(nameof(LocationOfBuild.LocationAsync), Task.FromResult(Location));
        if (Job is not null) return context;
        context.Know(nameof(SignerOfBuild.VerifierAsync), Task.FromResult(Cosign.Cosign));
        context.Know(nameof(SignerOfBuild.CosignAsync), Task.FromResult(Cosign.Cosign));
        return context;
    }
}
