using System.Text.Json.Nodes;
using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Environments.Files;
using Acci.Oci;
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
            info*Swarm*) echo active true 1 here ;;
            "volume inspect"*) exit 1 ;;
            "stack deploy"*) echo refused >&2; exit 1 ;;
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
        Name(_named);
    }

    public ValueTask DisposeAsync()
    {
        Log.Logger = _before;
        _settings.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_named_by_a_tag_and_signed_runs_by_the_digest_that_was_verified()
    {
        _cosign.Sign(_signed);

        var started = await RunAsync(_cosign.PublicKey);

        Assert.Equal(_pinned.ToString(), started);
        Assert.Contains(_said, x => x.StartsWith($"{_pinned} (BAKERY_IMAGE) is signed and attested by ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_signed_by_the_one_who_must_have_is_not_run()
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey));

        Assert.StartsWith($"{_named} (BAKERY_IMAGE) is not signed and attested by ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was deployed.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--signed-by")]
    [InlineData("--signed-by-repository")]
    [InlineData("--signed-by-issuer")]
    public async Task ComposeUp_verifies_nothing_and_says_so_where_somebody_names_who_must_have_signed(string typed)
    {
        var options = new DeliveryOptions
        {
            Root = _settings.Root,
            Artifacts = Path.Combine(_settings.Root, "artifacts"),
            Images = [],
            SignedBy = typed == "--signed-by" ? _cosign.PublicKey : null,
            SignedByRepository = typed == "--signed-by-repository" ? "octo/bakery" : null,
            SignedByIssuer = typed == "--signed-by-issuer" ? "https://token.example.com" : null,
        };
        using var context = new DeliveryContext(options, Cancellation) { Environment = TestEnvironment.OutsideWorkflows };
        var verb = new ComposeUp(context, BakeryEnvironments.Declaration, "prod");

        foreach (var run in (Func<Task>[])[() => verb.PrepareAsync(DeliveryScope.Publish), verb.PlanAsync, verb.RunAsync])
        {
            var error = await Assert.ThrowsAsync<WrongUseException>(run);
            Assert.StartsWith($"{typed} does not apply to BAKERY_IMAGE: ComposeUp verifies no signatures.", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tag_that_was_moved_to_another_version_is_not_run_although_that_is_signed_and_by_its_digest_it_is()
    {
        var older = _named.WithTag("1.2.9");
        var digest = await PushAsync(older, "older", Annotations("bakery", "1.0.0"));
        Name(older);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey));
        Name(_named.WithDigest(digest));

        Assert.Contains("which says that it is version 1.0.0: the tag may have been moved", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(digest.ToString(), await RunAsync(_cosign.PublicKey), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renamed")]
    [InlineData("worker")]
    public async Task Another_image_of_the_same_signer_is_not_run_whatever_its_repository_is_called(string repository)
    {
        var other = ImageReference.Parse($"{_server.Domain}/octo-{Guid.NewGuid():n}/{repository}:1.2.3");
        await PushAsync(other, "worker", Annotations("worker", "1.2.3"));
        Name(other);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey));

        Assert.StartsWith($"{other} (BAKERY_IMAGE) is not signed and attested by ", error.Message, StringComparison.Ordinal);
        Assert.Contains("worker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_reference_is_told_with_the_variable_that_has_it()
    {
        EnvironmentFile.Write(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), "BAKERY_IMAGE='Bad Name'\n");

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey));

        Assert.StartsWith("BAKERY_IMAGE: 'Bad Name' is not an image reference", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_told_with_the_variable_that_names_it()
    {
        Name(_named.WithTag("none"));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey));

        Assert.StartsWith($"{_named.WithTag("none")} (BAKERY_IMAGE) is not verified, and is not deployed: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was deployed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_signer_it_runs_as_it_was_named_and_that_it_was_not_verified_is_said()
    {
        _cosign.Sign(_signed);

        Assert.Equal(_named.ToString(), await RunAsync(signedBy: null));

        Assert.Contains($"{_named} (BAKERY_IMAGE) was not verified: no signer was named (--signed-by)", _said);
    }

    [Fact]
    public async Task A_damaged_record_of_the_last_publish_stops_nobody_who_names_another_image()
    {
        Directory.CreateDirectory(Path.Combine(_settings.Root, "artifacts", "publish"));
        await File.WriteAllTextAsync(Path.Combine(_settings.Root, "artifacts", "publish", "bakery.json"), "{", Cancellation);
        Name(_pinned);

        Assert.Equal(_pinned.ToString(), await RunAsync(signedBy: null));

        Assert.Contains($"{_pinned} (BAKERY_IMAGE) was not verified: no signer was named (--signed-by)", _said);
    }

    [Fact]
    public async Task A_dry_run_says_that_it_would_be_verified()
    {
        await RunAsync(_cosign.PublicKey, dryRun: true);

        Assert.Contains($"Would verify signatures and attestations of {_named} (BAKERY_IMAGE), and deploy the digest that was verified", _said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signer_of_whom_only_the_repository_is_named_is_refused_and_not_passed_over(bool dryRun)
    {
        _cosign.Sign(_signed);

        var error = await Assert.ThrowsAsync<WrongUseException>(() => RunAsync(signedBy: null, dryRun, repository: "octo/bakery"));

        Assert.StartsWith("--signed-by-repository and --signed-by-issuer are for images that a workflow signed", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("name the workflow with --signed-by, or use --keyless for any workflow of that repository.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_said, x => x.Contains("no signer was named", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_named_beside_a_repository_is_told_with_what_contradicts_it()
    {
        var error = await Assert.ThrowsAsync<WrongUseException>(() => RunAsync(_cosign.PublicKey, repository: "octo/bakery"));

        Assert.EndsWith("and --signed-by names a key: leave them out, or name the workflow with --signed-by.", error.Message, StringComparison.Ordinal);
    }

    // Named by its digest, or not named: whom its record names has signed it, as for VerifyImages.
    [Theory]
    [InlineData(true, "octo/bakery", false)]
    [InlineData(false, "octo/bakery", false)]
    [InlineData(false, null, true)]
    public async Task What_the_last_publish_made_must_be_signed_by_the_workflow_in_its_record(bool isNamed, string? repository, bool keyless)
    {
        const string workflow = "https://github.com/octo/bakery/.github/workflows/publish.yml@refs/heads/main";
        await CommandRunner.RunAsync(
            new Command("bash", "-ec", "git init -q; git remote add origin https://github.com/octo/bakery.git; git -c user.name=ada -c user.email=ada@example.com commit -q --allow-empty -m one") { WorkingDirectory = _settings.Root }, cancellationToken: Cancellation);
        Record(new RecordedSigner(workflow, new WorkflowSource("octo/bakery", WorkflowSource.IssuerOf("https://github.com"))));
        Name(isNamed ? _pinned : null);

        await RunAsync(signedBy: null, dryRun: true, repository, keyless);
        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => RunAsync(signedBy: null, dryRun: false, repository, keyless));

        Assert.Contains($"{_pinned} (BAKERY_IMAGE)", Assert.Single(_said, x => x.StartsWith("Would verify", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.StartsWith($"{_pinned} (BAKERY_IMAGE) is not signed and attested by {workflow}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_named_must_have_signed_whatever_the_record_of_the_last_publish_says()
    {
        Record(new RecordedSigner("https://github.com/octo/bakery/.github/workflows/test.yml@refs/heads/x", new WorkflowSource("octo/bakery", WorkflowSource.IssuerOf("https://github.com"))));
        Name(_pinned);
        _cosign.Sign(_signed);

        Assert.Equal(_pinned.ToString(), await RunAsync(signedBy: null, signingKey: "awskms:///alias/bakery"));

        Assert.Contains(_said, x => x.StartsWith($"{_pinned} (BAKERY_IMAGE) is signed and attested by key ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_repository_is_not_passed_over_where_a_key_has_signed_what_the_last_publish_made()
    {
        Record(new RecordedSigner("key 0123456789ab"));
        Name(null);

        var error = await Assert.ThrowsAsync<WrongUseException>(() => RunAsync(signedBy: null, repository: "octo/bakery"));

        Assert.StartsWith("--signed-by-repository and --signed-by-issuer are for images that a workflow signed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_for_what_is_deployed_that_cannot_be_written_is_told_before_anything_is_done(bool dryRun)
    {
        Directory.CreateDirectory(Path.Combine(_settings.Root, "artifacts"));
        await File.WriteAllTextAsync(Path.Combine(_settings.Root, "artifacts", "compose"), "", Cancellation);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => RunAsync(_cosign.PublicKey, dryRun));

        Assert.Contains($"{Path.Combine(_settings.Root, "artifacts", "compose")} cannot be written. Give this user write access", error.Message, StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    void ILogEventSink.Emit(LogEvent logEvent) => _said.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));

    private static JsonObject Annotations(string title, string version) => new() { ["org.opencontainers.image.title"] = title, ["org.opencontainers.image.version"] = version };

    private async Task<Digest> PushAsync(ImageReference image, string content, JsonObject annotations)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine(content), content, annotations);
        using var registry = _server.Connect();
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        await registry.PutTagAsync(image, image.Tag!, layout.Root.Digest, Cancellation);
        _cosign.Sign([layout.Root.Digest, .. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest)]);
        return layout.Root.Digest;
    }

    private void Record(RecordedSigner signer) => new PublishRecord
    {
        Image = "bakery",
        Digest = _pinned.Digest!.Value,
        Repository = _pinned.Repository,
        Version = "1.2.3",
        Revision = "abc",
        Platforms = [],
        SignedBy = signer,
        Steps = new Dictionary<PublishStep, StepResult> { [PublishStep.Tag] = new(DateTimeOffset.UnixEpoch, 1, "tagged") },
    }.Write(Path.Combine(_settings.Root, "artifacts", "publish", "bakery.json"));

    private void Name(ImageReference? image) => EnvironmentFile.Write(
        Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), $"{(image is null ? "" : $"BAKERY_IMAGE={image}\n")}BAKERY_POSTGRES_IMAGE=ghcr.example.com/postgres:15\nBAKERY_REDIS_IMAGE=ghcr.example.com/redis:7\n");

    // The image that docker was told to deploy; it deploys nothing.
    private async Task<string> RunAsync(string? signedBy, bool dryRun = false, string? repository = null, bool keyless = false, string? signingKey = null)
    {
        using var docker = new DockerStandIn($"{Answers}\n    {DockerReply.PullsFromLoopback}\n    pull*) exit 1 ;;\nesac");
        var options = new DeliveryOptions
        {
            Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [], SignedBy = signedBy, SignedByRepository = repository, Keyless = keyless,
            SigningKey = signingKey, DryRun = dryRun, RetryBudget = TimeSpan.FromMinutes(1),
        };
        using var context = new DeliveryContext(options, Cancellation)
        {
            Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!).WithProgramsOf(Path.GetDirectoryName(_cosign.Cosign.Executable)!),
        };
        var deployment = new DeployStack(context, BakeryEnvironments.Declaration, "prod");
        if (dryRun)
        {
            await deployment.PlanAsync();
            return "";
        }

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(deployment.RunAsync);
        if (!docker.Called.Any(x => x.StartsWith("stack deploy", StringComparison.Ordinal))) throw error;
        return File.ReadAllLines(Path.Combine(_settings.Root, "artifacts", "compose", "stack.prod.yml")).Single(x => x.Contains("/bakery", StringComparison.Ordinal) && x.Contains("image:", StringComparison.Ordinal)).Split("image:")[1].Trim(' ', '\'', '"');
    }
}
