using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Sigstore.StandIn;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>
/// This repository's publish workflow, run once for all tests that look at what it signed: without a key, with the real cosign, on a runner whose
/// Sigstore is the tests' own. Beside what <see cref="WorkflowRunner"/> replaces, nothing is tested before, the image has one platform, and the scanner
/// is a stand-in for Trivy.
/// </summary>
public sealed class KeylessPublish(PublishedImage published) : IAsyncLifetime
{
    /// <summary>Who issues the tokens of jobs.</summary>
    public const string Issuer = "https://token.actions.githubusercontent.com";

    private readonly TemporaryFolder _folder = new();
    private Checkout? _checkout;
    private Checkout? _consumer;
    private GitHubStandIn? _gitHub;
    private SigstoreStandIn? _sigstore;
    private WorkflowRunner? _runner;

    private static CancellationToken Cancellation => CancellationToken.None;

    /// <summary>The owner of the repository that publishes.</summary>
    public string Owner { get; } = $"octo-{Guid.NewGuid():n}"[..13];

    /// <summary>The repository that publishes.</summary>
    public string Repository => $"{Owner}/{App.Name}";

    /// <summary>The registry, and in it the place of the images.</summary>
    public string Place => $"{Domain}/{Owner}";

    /// <summary>The registry.</summary>
    public string Domain => ImageReference.Parse(published.First.Repository).Domain!;

    /// <summary>Runs the repository's workflows; what has run is the publish.</summary>
    internal WorkflowRunner Runner => _runner!;

    /// <summary>The step that published.</summary>
    internal RunStepResult Step { get; private set; } = null!;

    /// <summary>How the same step ended when it ran again in the same job.</summary>
    public CommandResult Again { get; private set; } = null!;

    /// <summary>How many statements the log had after each of the two.</summary>
    public IReadOnlyList<int> Logged { get; private set; } = [];

    /// <summary>What was published.</summary>
    public PublishRecord Record { get; private set; } = null!;

    public GitHubStandIn GitHub => _gitHub!;

    public SigstoreStandIn Sigstore => _sigstore!;

    /// <summary>How many statements the log has.</summary>
    public int Entries => Sigstore.Requests.Count(x => x.StartsWith("201 POST /rekor", StringComparison.Ordinal));

    /// <summary>The file by which clients trust the Sigstore.</summary>
    public string TrustedRoot => _folder.Combine("sigstore", "trusted_root.json");

    /// <summary>Another checkout of the repository, with the records that the job keeps.</summary>
    public Checkout Consumer => _consumer!;

    /// <summary>Runs a command as a reader of the job's summary does, with a cosign of their own.</summary>
    public Task<CommandResult> ShellAsync(string line)
    {
        var path = $"{Runner.Programs}:{Environment.GetEnvironmentVariable("PATH")}";
        var command = new Command("bash", "-c", line) { Environment = new Dictionary<string, string?> { ["PATH"] = path } };
        return CommandRunner.TryRunAsync(command, cancellationToken: Cancellation);
    }

    public async ValueTask InitializeAsync()
    {
        if (published.Obstacle is not null) return;
        _checkout = await published.Pristine.CopyAsync(Cancellation);
        _gitHub = await GitHubStandIn.StartAsync();
        _sigstore = await SigstoreStandIn.StartAsync(_folder.Combine("sigstore"));
        var programs = Directory.CreateDirectory(_folder.Combine("programs")).FullName;
        new TrivyStandIn(programs).AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        // As the workflow's own step installs it.
        var cosign = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
        File.CreateSymbolicLink(Path.Combine(programs, "cosign"), cosign);
        _gitHub.AddRepository(Repository);
        _runner = new WorkflowRunner
        {
            Repository = Repository,
            Folder = _checkout.Folder,
            Api = _gitHub.Url,
            Variables = new Dictionary<string, string> { ["REGISTRY"] = Place, ["PLATFORMS"] = "linux/amd64" },
            Secrets = new Dictionary<string, string>(),
            Programs = programs,
            Machine = new Dictionary<string, string>
            {
                ["SIGSTORE_SIGNING_CONFIG"] = _folder.Combine("sigstore", "signing_config.json"), ["SIGSTORE_TRUSTED_ROOT"] = TrustedRoot,
            },
            TokenService = claims => _sigstore.JobVariables(claims),
            Replaced = new Dictionary<string, string>
            {
                ["./build.sh Test --coverage"] = "true",
                ["./build.sh VerifyGenerated"] = "true",
                ["./build.sh CheckImages --registry \"$REGISTRY\""] = "true",
                ["./build.sh UploadSarif"] = "true",
            },
        };
        await _runner.RunAsync(GitHubEvent.PushToMain(Repository), Cancellation);
        Step = _runner.Steps.Single(x => x.Script.StartsWith("./build.sh Publish ", StringComparison.Ordinal));
        var records = Path.Combine(_checkout.Folder, "artifacts", "publish");
        Record = PublishRecord.Read(Path.Combine(records, $"{App.Name}.json"))!;
        var first = Entries;
        Again = await CommandRunner.TryRunAsync(Step.Command, cancellationToken: Cancellation);
        Logged = [first, Entries];

        _consumer = await published.Pristine.CopyAsync(Cancellation);
        var remote = $"git remote set-url origin https://github.com/{Repository}";
        await ShellAsync($"cd {_consumer.Folder} && {remote} && mkdir artifacts && cp -r {records} artifacts");
    }

    public async ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        _consumer?.Dispose();
        if (_sigstore is not null) await _sigstore.DisposeAsync();
        if (_gitHub is not null)
        {
            await _gitHub.DisposeAsync();
            Assert.Empty(_gitHub.Violations);
        }

        _folder.Dispose();
    }
}
