using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Signing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>
/// The workflows of this repository, run here as <see cref="WorkflowRunner"/> says, against a stand-in for GitHub's API and the local registry. Beside what that class
/// replaces: images go to the local registry (the variable REGISTRY), for two platforms (PLATFORMS), signed with a key (SIGNING_KEY; <see cref="KeylessPublishTests"/>
/// sign without one); the scanner is a stand-in for Trivy; and <c>Test</c> tests a small project that is written here, because testing everything would test this, too.
/// </summary>
public sealed class WorkflowTests(PublishedImage published) : IAsyncLifetime
{
    private const string Solution = "small.slnx";
    private const string Project = "tests/Small.Tests/Small.Tests.csproj";
    private const string Rescan = "23 4 * * 1";
    private const string Prune = "41 3 * * 0";
    private const string Test = "./build.sh Test --coverage";

    private readonly string _owner = $"octo-{Guid.NewGuid():n}"[..13];
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("acci-keys-");
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("acci-programs-");
    private Checkout? _checkout;
    private GitHubStandIn? _gitHub;
    private string _registry = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Repository => $"{_owner}/{App.Name}";

    private ImageReference Image => ImageReference.Parse($"{_registry}/{_owner}/{App.Name}");

    private IEnumerable<string> UploadedTools => _gitHub!.AddRepository(Repository).SarifUploads.Select(x => x.Sarif["runs"]![0]!["tool"]!["driver"]!["name"]!.ToString());

    public async ValueTask InitializeAsync()
    {
        if (published.Obstacle is not null) return;
        _checkout = await published.Pristine.CopyAsync(Cancellation);
        _gitHub = await GitHubStandIn.StartAsync();
        _gitHub.AddRepository(Repository);
        _registry = published.First.Repository.Split('/')[0];
        await WriteAsync(Solution, $"<Solution><Project Path=\"{Project}\" /></Solution>");
        await WriteAsync(Project, """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><ProjectReference Include="../../src/Acci.Generation/Acci.Generation.csproj" /></ItemGroup></Project>""");
        await WriteAsync("tests/Small.Tests/SmallTests.cs", """
            public class SmallTests
            {
                [Fact]
                public void A_draft_lies_beside_its_file() => Assert.StartsWith("file.", Acci.Generation.AtomicFile.DraftOf("file"));

                [Fact]
                public void Not_chosen() => Assert.Fail("The filter lets it through.");
            }
            """);
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

        Assert.Equal(["publish/test", "publish/check", "publish/check", "publish/check", "publish/publish", "publish/publish"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        Assert.Contains("| Small.Tests |", runner.Summary, StringComparison.Ordinal);
        Assert.Contains("## Coverage", runner.Summary, StringComparison.Ordinal);
        Assert.Contains($"`{Image}`", runner.Summary, StringComparison.Ordinal);
        using var registry = OciRegistry.Of(Image);
        Assert.NotNull(await registry.FindAsync(Image.WithTag("main"), Cancellation));
        Assert.Equal(["BuildKit checks", "Trivy", "Trivy"], UploadedTools.Order());

        await runner.RunAsync(GitHubEvent.Schedule(Rescan), Cancellation);

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
    public async Task Nothing_is_published_that_a_test_has_failed_for()
    {
        var runner = await RunnerAsync(new() { [Test] = WorkflowRunner.Fails, ["./build.sh VerifyGenerated"] = "true", ["./build.sh CheckImages --registry \"$REGISTRY\""] = "true" });

        await runner.RunAsync(GitHubEvent.PushToMain(Repository), Cancellation);

        Assert.DoesNotContain(runner.Steps, x => x.Job == "publish");
        using var registry = OciRegistry.Of(Image);
        Assert.Null(await registry.FindAsync(Image.WithTag("main"), Cancellation));
    }

    [Fact]
    public async Task A_tag_is_published_and_released_even_if_its_findings_cannot_be_uploaded_and_again_by_hand()
    {
        var runner = await RunnerAsync(new() { [Test] = "true", ["./build.sh UploadSarif"] = WorkflowRunner.Fails });
        await runner.TagAsync("v7.7.7", Cancellation);
        var repository = _gitHub!.AddRepository(Repository);
        repository.Refs["refs/tags/v7.7.7"] = await runner.CommitAsync(Cancellation);

        await runner.RunAsync(GitHubEvent.Tag(Repository, "v7.7.7"), Cancellation);

        Assert.Equal(
            ["publish/test", "publish/check", "publish/check", "publish/check", "publish/publish", "publish/publish", "publish/release"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        using var registry = OciRegistry.Of(Image);
        Assert.NotNull(await registry.FindAsync(Image.WithTag("7.7.7"), Cancellation));
        var release = Assert.Single(repository.Releases);
        Assert.Equal(("v7.7.7", false), (release.TagName, release.Draft));
        Assert.Contains(release.Assets, asset => asset.Name.EndsWith(".spdx.json", StringComparison.Ordinal));

        repository.Releases.Clear();
        await runner.DispatchAsync("release", "refs/tags/v7.7.7", new JsonObject { ["run"] = runner.IdOf("publish") }, Cancellation);

        Assert.Equal(release.Assets.Select(x => x.Name), Assert.Single(repository.Releases).Assets.Select(x => x.Name));
    }

    [Fact]
    public async Task On_schedule_old_versions_go_and_by_hand_it_is_only_said_which_would()
    {
        var runner = await RunnerAsync(new() { ["./build.sh PruneImages --registry \"$REGISTRY\" --prune-delete \"$DELETE\""] = $"./build.sh PruneImages --registry {_registry}/{_owner} --prune-delete \"$DELETE\"" });
        // To ghcr.io, as far as the workflow knows: elsewhere it does nothing.
        runner = runner with { Variables = new Dictionary<string, string>() };
        var package = _gitHub!.AddPackage(_owner, App.Name);
        var old = await PushAsync(package, "old");
        var kept = await PushAsync(package, "kept", "1.0.0");

        await runner.DispatchAsync("prune", "refs/heads/main", [], Cancellation);

        Assert.All(package.Versions, version => Assert.Null(version.DeletedAt));
        Assert.Contains(old.Hex[..12], runner.Steps[^1].Output, StringComparison.Ordinal);

        await runner.RunAsync(GitHubEvent.Schedule(Prune), Cancellation);

        Assert.Equal(["prune/prune", "prune/prune"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        var deleted = package.Versions.Where(version => version.DeletedAt is not null).Select(version => version.Digest).ToList();
        Assert.Contains(old.ToString(), deleted);
        Assert.DoesNotContain(kept.ToString(), deleted);
    }

    [Fact]
    public async Task On_schedule_a_fork_scans_and_deletes_nothing_and_where_images_go_elsewhere_nothing_is_pruned()
    {
        var runner = await RunnerAsync();
        _gitHub!.AddRepository(Repository).IsFork = true;

        await runner.RunAsync(GitHubEvent.Schedule(Rescan), Cancellation);
        await (runner with { Variables = new Dictionary<string, string>() }).RunAsync(GitHubEvent.Schedule(Prune), Cancellation);
        await runner.RunAsync(GitHubEvent.Schedule(Prune), Cancellation);

        Assert.Equal(["rescan/rescan", "prune/prune"], runner.Steps.Select(x => $"{x.Workflow}/{x.Job}"));
        Assert.All(runner.Steps, step => Assert.Contains(" is a fork", step.Output, StringComparison.Ordinal));
        Assert.Equal(["repos/get", "repos/get"], _gitHub.Requests.Select(x => x.Operation));
    }

    private async Task WriteAsync(string file, string text)
    {
        var path = Path.Combine(_checkout!.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, Cancellation);
    }

    // An image with all that its index names, a hundred days ago.
    private async Task<Digest> PushAsync(Package package, string content, params string[] tags)
    {
        using var folder = new TemporaryFolder();
        using var registry = OciRegistry.Of(Image);
        var layout = await LayoutBuilder.WriteOneAsync(folder.Path, content);
        await registry.PushAsync(layout, Image, cancellationToken: Cancellation);
        foreach (var tag in tags) await registry.PutTagAsync(Image, tag, layout.Root.Digest, Cancellation);
        var time = DateTimeOffset.UtcNow.AddDays(-100);
        foreach (var manifest in (await layout.ReadManifestAsync(layout.Root, Cancellation)).Manifests.Select(x => x.Digest.ToString()))
        {
            // The attestations of both are the same.
            if (package.Versions.All(x => x.Digest != manifest)) package.AddVersion(manifest, time);
        }

        package.AddVersion(layout.Root.Digest.ToString(), time, tags);
        return layout.Root.Digest;
    }

    private async Task<WorkflowRunner> RunnerAsync(Dictionary<string, string>? replaced = null)
    {
        published.NeedsEngine();
        var cosign = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
        new TrivyStandIn(_programs.FullName).AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        var key = await LocalKeyPair.EnsureAsync(_keys.FullName, cosign, Cancellation);
        return new WorkflowRunner
        {
            Repository = Repository,
            Folder = _checkout!.Folder,
            Api = _gitHub!.Url,
            Variables = new Dictionary<string, string> { ["REGISTRY"] = $"{_registry}/{_owner}", ["PLATFORMS"] = "linux/amd64,linux/ppc64le" },
            Secrets = new Dictionary<string, string> { ["SIGNING_KEY"] = await File.ReadAllTextAsync(key.Reference, Cancellation), ["SIGNING_PASSWORD"] = key.Password! },
            Programs = _programs.FullName,
            Replaced = replaced ?? new() { [Test] = $"{Test} --solution {Solution} --configuration Debug --test-filter FullyQualifiedName~A_draft" },
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
