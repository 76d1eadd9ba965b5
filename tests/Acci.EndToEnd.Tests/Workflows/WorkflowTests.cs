using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Scanning;
using Acci.GitHub.StandIn;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>
/// The workflows of this repository, run here as <see cref="WorkflowRunner"/> says, against a stand-in for GitHub's API and the local registry. Beside what that class
/// replaces: images go to the local registry (the variable REGISTRY), for two platforms (PLATFORMS), signed with a key (SIGNING_KEY), because there is no GitHub that
/// would vouch for an identity; the scanner is a stand-in for Trivy; and <c>Test</c> tests one small project, because testing everything would test this, too.
/// </summary>
[Collection(nameof(Publishing))]
public sealed class WorkflowTests(PublishedImage published) : IAsyncLifetime
{
    private const string Solution = "small.slnx";

    private readonly string _owner = $"octo-{Guid.NewGuid():n}"[..13];
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("acci-keys-");
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("acci-programs-");
    private Checkout? _checkout;
    private GitHubStandIn? _gitHub;
    private string _registry = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Repository => $"{_owner}/acci";

    private ImageReference Image => ImageReference.Parse($"{_registry}/{_owner}/acci");

    private IEnumerable<string> UploadedTools => _gitHub!.AddRepository(Repository).SarifUploads.Select(x => x.Sarif["runs"]![0]!["tool"]!["driver"]!["name"]!.ToString());

    public async ValueTask InitializeAsync()
    {
        if (published.Obstacle is not null) return;
        _checkout = await published.Checkout.CopyAsync(Cancellation);
        _gitHub = await GitHubStandIn.StartAsync();
        _gitHub.AddRepository(Repository);
        _registry = published.Record.Repository.Split('/')[0];
        await File.WriteAllTextAsync(Path.Combine(_checkout.Folder, Solution), """<Solution><Project Path="tests/Acci.Components.Tests/Acci.Components.Tests.csproj" /></Solution>""", Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        _keys.Delete(recursive: true);
        _programs.Delete(recursive: true);
        if (_gitHub is null) return;
        await _gitHub.DisposeAsync();
        Assert.Empty(_gitHub.Violations);
    }

    [Fact]
    public async Task A_push_to_main_is_tested_checked_and_published_and_scanned_again_every_week()
    {
        var runner = await RunnerAsync();

        await runner.RunAsync(GitHubEvent.PushToMain(Repository), Cancellation);

        Assert.Equal(["ci/test", "ci/check", "ci/check", "ci/check", "publish/publish", "publish/publish"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        Assert.Contains("| Acci.Components.Tests |", runner.Summary, StringComparison.Ordinal);
        Assert.Contains("## Coverage", runner.Summary, StringComparison.Ordinal);
        Assert.Contains($"`{Image}`", runner.Summary, StringComparison.Ordinal);
        using var registry = OciRegistry.Of(Image);
        Assert.NotNull(await registry.FindAsync(Image.WithTag("main"), Cancellation));
        Assert.Equal(["BuildKit checks", "Trivy", "Trivy"], UploadedTools.Order());

        await runner.RunAsync(GitHubEvent.Schedule(Repository, "23 4 * * 1"), Cancellation);

        Assert.Equal("rescan/rescan", $"{runner.Steps[^1].Workflow}/{runner.Steps[^1].Job}");
        Assert.Equal(["BuildKit checks", "Trivy", "Trivy", "Trivy", "Trivy"], UploadedTools.Order());
        Assert.All(runner.Steps, step => Assert.Contains("::group::", step.Output, StringComparison.Ordinal));
        await AssertNoSecretAsync(runner);
    }

    [Fact]
    public async Task A_pull_request_of_a_fork_is_tested_and_checked_and_nothing_else()
    {
        var runner = await RunnerAsync();

        await runner.RunAsync(GitHubEvent.PullRequestOfFork(Repository), Cancellation);

        Assert.Equal(["ci/test", "ci/check", "ci/check", "ci/check"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        Assert.All(runner.Steps, step => Assert.DoesNotContain("injected", step.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tag_is_published_and_released()
    {
        var runner = await RunnerAsync();
        await runner.TagAsync("v7.7.7", Cancellation);
        _gitHub!.AddRepository(Repository).Refs["refs/tags/v7.7.7"] = await runner.CommitAsync(Cancellation);

        await runner.RunAsync(GitHubEvent.Tag(Repository, "v7.7.7"), Cancellation);

        Assert.Equal(["publish/publish", "publish/publish", "publish/release"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        using var registry = OciRegistry.Of(Image);
        Assert.NotNull(await registry.FindAsync(Image.WithTag("7.7.7"), Cancellation));
        var release = Assert.Single(_gitHub.AddRepository(Repository).Releases);
        Assert.Equal(("v7.7.7", false), (release.TagName, release.Draft));
        Assert.Contains(release.Assets, asset => asset.Name.EndsWith(".spdx.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_schedule_old_versions_go()
    {
        var runner = await RunnerAsync();
        _gitHub!.AddPackage(_owner, "acci");

        await runner.RunAsync(GitHubEvent.Schedule(Repository, "41 3 * * 0"), Cancellation);

        Assert.Equal(["prune/prune"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        Assert.Contains(_gitHub.Requests, request => request.Operation.StartsWith("packages/", StringComparison.Ordinal));
    }

    private async Task<WorkflowRunner> RunnerAsync()
    {
        published.NeedsEngine();
        var cosign = await new PrivateTools(new EngineScripts(Path.Combine(_checkout!.Folder, "deploy"), CacheDirectory.Default)).CosignAsync(Cancellation);
        new TrivyStandIn(_programs.FullName).AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        var key = await LocalKeyPair.EnsureAsync(_keys.FullName, cosign, Cancellation);
        return new WorkflowRunner
        {
            Repository = Repository,
            Folder = _checkout.Folder,
            Api = _gitHub!.Url,
            Variables = new Dictionary<string, string> { ["REGISTRY"] = $"{_registry}/{_owner}", ["PLATFORMS"] = "linux/amd64,linux/ppc64le" },
            Secrets = new Dictionary<string, string> { ["SIGNING_KEY"] = await File.ReadAllTextAsync(key.Reference, Cancellation), ["SIGNING_PASSWORD"] = key.Password! },
            Programs = _programs.FullName,
            Replaced = new Dictionary<string, string> { ["./build.sh Test --coverage"] = $"./build.sh Test --coverage --solution {Solution} --configuration Debug --test-filter FullyQualifiedName~ClosestMatchTests" },
        };
    }

    private async Task AssertNoSecretAsync(WorkflowRunner runner)
    {
        var password = (await LocalKeyPair.EnsureAsync(_keys.FullName, "cosign", Cancellation)).Password!;
        var lines = runner.Steps.SelectMany(step => step.Output.Split('\n')).ToList();
        // What tells the runner to mask it is never shown itself.
        Assert.Contains($"::add-mask::{password}", lines);
        Assert.DoesNotContain(lines, line => line.Contains(password, StringComparison.Ordinal) && !line.StartsWith("::add-mask::", StringComparison.Ordinal));
    }
}
