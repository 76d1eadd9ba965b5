using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Acci.Environments.Tests;

/// <summary>An image that a person names in place of the last publish's is verified where it is said who must have signed it, and what runs is what was verified.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class NamedImagesTests : IClassFixture<RegistryServer>, IAsyncLifetime, ILogEventSink
{
    private const string Answers = """
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            "buildx inspect"*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
            version*) echo 29.0.0 ;;
            info*Swarm*) echo $SWARM here ;;
            "volume inspect"*) exit 1 ;;
            "stack deploy"*|*"up --detach"*) echo "starts $BAKERY_IMAGE" >> "$CALLS"; echo refused >&2; exit 1 ;;
        """;

    private readonly RegistryServer _server;
    private readonly SettingsFolder _settings = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _said = [];
    private readonly ILogger _before = Log.Logger;
    private readonly CosignStandIn _cosign;
    private readonly ImageReference _named;
    private ImageReference _pinned = null!;
    private Digest[] _signed = [];

    public NamedImagesTests(RegistryServer server)
    {
        (_server, _named) = (server, ImageReference.Parse($"{server.Domain}/octo-{Guid.NewGuid():n}/bakery:1.2.3"));
        _cosign = new CosignStandIn(_folder.Combine("cosign"));
        Log.Logger = new LoggerConfiguration().WriteTo.Sink(this).CreateLogger();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine("layout"));
        using var registry = _server.Connect();
        await registry.PushAsync(layout, _named, cancellationToken: Cancellation);
        await registry.PutTagAsync(_named, _named.Tag!, layout.Root.Digest, Cancellation);
        _pinned = _named.WithDigest(layout.Root.Digest);
        _signed = [layout.Root.Digest, .. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest)];
        EnvironmentFile.Write(
            Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), $"BAKERY_IMAGE={_named}\nBAKERY_POSTGRES_IMAGE=ghcr.example.com/postgres:15\nBAKERY_REDIS_IMAGE=ghcr.example.com/redis:7\n");
    }

    public ValueTask DisposeAsync()
    {
        Log.Logger = _before;
        _settings.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    public static TheoryData<string> Verbs => ["DeployStack", "ComposeUp"];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task What_is_named_by_a_tag_and_signed_runs_by_the_digest_that_was_verified(string verb)
    {
        _cosign.Sign(_signed);

        var started = await RunAsync(verb, _cosign.PublicKey);

        Assert.Equal(_pinned.ToString(), started);
        Assert.Contains(_said, x => x.StartsWith($"{_pinned} (BAKERY_IMAGE) is signed and attested by ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task What_is_not_signed_by_the_one_who_must_have_is_not_run(string verb)
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(verb, _cosign.PublicKey));

        Assert.StartsWith($"{_pinned} (BAKERY_IMAGE) is not signed and attested by ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was started.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Without_a_signer_it_runs_as_it_was_named_and_that_it_was_not_verified_is_said(string verb)
    {
        _cosign.Sign(_signed);

        Assert.Equal(_named.ToString(), await RunAsync(verb, signedBy: null));

        Assert.Contains($"{_named} (BAKERY_IMAGE) is not verified: nobody says who must have signed it. Name the signer with --signed-by", _said);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_dry_run_says_that_it_would_be_verified(string verb)
    {
        await RunAsync(verb, _cosign.PublicKey, dryRun: true);

        Assert.Contains($"Would verify signatures and attestations of {_named} (BAKERY_IMAGE), and run the digest that was verified", _said);
    }

    public void Emit(LogEvent logEvent) => _said.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));

    // The image that docker was told to start; it starts nothing.
    private async Task<string> RunAsync(string verb, string? signedBy, bool dryRun = false)
    {
        var isStack = verb == "DeployStack";
        using var docker = new DockerStandIn($"SWARM='{(isStack ? "active true 1" : "inactive false 0")}'\n{Answers}\n    {DockerReply.PullsFromLoopback}\n    pull*) exit 1 ;;\nesac");
        var options = new DeliveryOptions
        {
            Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [], SignedBy = signedBy, DryRun = dryRun, RetryBudget = TimeSpan.FromSeconds(5),
        };
        using var context = new DeliveryContext(options, Cancellation)
        {
            Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!).WithProgramsOf(Path.GetDirectoryName(_cosign.Cosign.Executable)!),
        };
        Verb run = isStack ? new DeployStack(context, BakeryEnvironments.Declaration, "prod") : new ComposeUp(context, BakeryEnvironments.Declaration, "prod");
        if (dryRun)
        {
            await run.PlanAsync();
            return "";
        }

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(run.RunAsync);
        if (docker.Called.FirstOrDefault(x => x.StartsWith("starts ", StringComparison.Ordinal)) is not { } started) throw error;
        if (!isStack) return started["starts ".Length..] is { Length: > 0 } told ? told : File.ReadAllLines(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"))[0]["BAKERY_IMAGE=".Length..];
        return File.ReadAllLines(Path.Combine(_settings.Root, "artifacts", "compose", "stack.prod.yml")).Single(x => x.Contains("/bakery", StringComparison.Ordinal) && x.Contains("image:", StringComparison.Ordinal)).Split("image:")[1].Trim(' ', '\'', '"');
    }
}
