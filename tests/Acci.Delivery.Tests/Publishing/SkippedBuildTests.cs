using Acci.Delivery.Engines;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>A publish that goes on with what an earlier build made: <c>--skip BuildImages</c>.</summary>
public sealed class SkippedBuildTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private const string Older = "2026-01-01T00:00:00Z", Newer = "2026-02-02T00:00:00Z";

    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();
    private readonly string _owner = $"owner-{Guid.NewGuid():n}";

    private IReadOnlyList<PublishedPlatform> _platforms = [];

    private CosignStandIn Cosign => field ??= new CosignStandIn(_folder.Combine("cosign"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ImageReference Repository => ImageReference.Parse($"{server.Domain}/{_owner}/app");

    public async ValueTask InitializeAsync() => await _checkout.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one");

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_newer_commit_that_was_published_since_the_image_was_built_keeps_the_branchs_tag(bool isSkipped)
    {
        using var registry = server.Connect();
        var theirs = await PushAsync(registry, "theirs", Newer);
        var ours = await PushAsync(registry, "ours", Older);
        await registry.PutTagAsync(Repository, "main", theirs, Cancellation);
        using var context = Context();
        // A build that makes the image looks first, and moves the tag on purpose: what it finds was there before.
        if (!isSkipped) context.BeginPublish(context.Options.Images[0], await RecordAsync(context, ours));
        (await RecordAsync(context, ours)).Write(context.Options.RecordOf("app"));

        await new TagImages(context, _ => Task.CompletedTask).RunAsync();

        Assert.Equal(isSkipped ? theirs : ours, (await registry.FindAsync(Repository.WithTag("main"), Cancellation))?.Digest);
    }

    [Fact]
    public async Task An_image_of_another_commit_does_not_get_the_tags_of_this_one()
    {
        using var registry = server.Connect();
        using var context = Context();
        (await RecordAsync(context, await PushAsync(registry, "ours", Older))).Write(context.Options.RecordOf("app"));
        await _checkout.Run("git commit --quiet --allow-empty --message two");

        var error = await Assert.ThrowsAsync<DeliveryException>(new TagImages(Context(), _ => Task.CompletedTask).RunAsync);

        Assert.Contains("without skipping BuildImages", error.Message, StringComparison.Ordinal);
        Assert.Null(await registry.FindAsync(Repository.WithTag("main"), Cancellation));
    }

    [Fact]
    public async Task Commands_are_shown_also_where_no_engine_answers()
    {
        using var registry = server.Connect();
        using var context = Context(Task.FromException<DockerEngine>(new DeliveryException("No Docker engine answers.")));
        (await RecordAsync(context, await PushAsync(registry, "ours", Older))).Write(context.Options.RecordOf("app"));
        var table = "";

        await new TagImages(context, summaries =>
        {
            table = summaries[0].ToText();
            return Task.CompletedTask;
        }).RunAsync();

        Assert.Contains("docker run ", table, StringComparison.Ordinal);
        Assert.NotNull(await registry.FindAsync(Repository.WithTag("main"), Cancellation));
    }

    [Fact]
    public async Task What_ends_it_after_that_says_which_tag_another_publish_has()
    {
        using var registry = server.Connect();
        var theirs = await PushAsync(registry, "theirs", Newer);
        var ours = await PushAsync(registry, "ours", Older);
        await registry.PutTagAsync(Repository, "main", theirs, Cancellation);
        using var context = Context();
        (await RecordAsync(context, ours)).Write(context.Options.RecordOf("app"));

        var failed = await Assert.ThrowsAsync<DeliveryException>(new TagImages(context, _ => throw new DeliveryException("no summary")).RunAsync);

        Assert.Equal(
            $"The images are published and their tags have moved, but not all: {Repository}:main: it points at {theirs} now, which another publish may have put it on. "
            + "What comes after that failed: no summary", failed.Message);
    }

    [Fact]
    public async Task What_ends_it_after_the_tags_have_moved_says_that_they_have()
    {
        using var registry = server.Connect();
        using var context = Context();
        (await RecordAsync(context, await PushAsync(registry, "ours", Older))).Write(context.Options.RecordOf("app"));

        var interrupted = await Assert.ThrowsAsync<OperationCanceledException>(new TagImages(context, _ => throw new OperationCanceledException()).RunAsync);
        context.Know(nameof(SignerOfBuild.VerifierAsync), Task.FromException<Cosign>(new DeliveryException("cosign is gone")));
        var failed = await Assert.ThrowsAsync<DeliveryException>(new TagImages(context, _ => Task.CompletedTask).RunAsync);

        Assert.Contains("their tags have moved", interrupted.Message, StringComparison.Ordinal);
        Assert.Contains("their tags have moved. What comes after that failed: cosign is gone", failed.Message, StringComparison.Ordinal);
    }

    private async Task<Digest> PushAsync(OciRegistry registry, string content, string created)
    {
        var layout = await LayoutBuilder.WriteOneAsync(Path.Combine(_checkout.Directory, "layouts", content), content, created);
        Cosign.Sign((await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest).Append(layout.Root.Digest));
        _platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))];
        return (await registry.PushAsync(layout, Repository, null, Cancellation)).Digest;
    }

    private async Task<PublishRecord> RecordAsync(DeliveryContext context, Digest digest) => new()
    {
        Image = "app",
        Digest = digest,
        Repository = Repository.Repository,
        Version = (await context.VersionAsync()).ToString(),
        Revision = (await context.VersionAsync()).Revision!,
        Platforms = _platforms,
        Steps = Enum.GetValues<PublishStep>().Where(x => x != PublishStep.Tag).ToDictionary(x => x, _ => new StepResult(DateTimeOffset.UnixEpoch, 1, "done")),
    };

    private DeliveryContext Context(Task<DockerEngine>? engine = null)
    {
        var context = new DeliveryContext(
            new DeliveryOptions
            {
                Root = _checkout.Directory,
                Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
                Images = [new("app") { Dockerfile = "Dockerfile" }],
                Registry = $"{server.Domain}/{_owner}",
            },
            Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows };
        context.Know(nameof(EngineOfBuild.EngineAsync), engine ?? Task.FromResult(new DockerEngine("docker")));
        context.Know(nameof(LocationOfBuild.LocationAsync), Task.FromResult(EngineLocation.Here));
        context.Know(nameof(SignerOfBuild.VerifierAsync), Task.FromResult(Cosign.Cosign));
        context.Know(nameof(SignerOfBuild.CosignAsync), Task.FromResult(Cosign.Cosign));
        return context;
    }
}
