using System.Text.RegularExpressions;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;
using YamlDotNet.RepresentationModel;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>The workflow <c>publish</c> of this repository with native runners, as docs/images.md names them.</summary>
public sealed partial class NativeRunnersTests(PublishedImage published) : IAsyncLifetime
{
    private const string File = "build/Build.Workflows.cs";

    private Checkout? _checkout;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Checkout Checkout => _checkout ?? throw new InvalidOperationException("There is no copy.");

    private string PublishFile => Path.Combine(Checkout.Folder, ".github", "workflows", "publish.yml");

    public async ValueTask InitializeAsync() => _checkout = await published.Pristine.CopyAsync(Cancellation);

    public ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_example_of_the_documentation_makes_a_job_for_each_platform_that_is_published()
    {
        var documentation = await System.IO.File.ReadAllTextAsync(Path.Combine(Checkout.Folder, "docs", "images.md"), Cancellation);
        var before = Read();

        await GenerateAsync(Runners().Match(documentation).Value);

        var after = Read();
        string[] slugs = ["linux-amd64", "linux-arm64", "linux-ppc64le"];
        Assert.Equal(["ci", .. slugs.Select(x => $"build-{x}"), "publish", "release"], JobsOf(after).Children.Keys.Select(x => x.ToString()));
        // What no runner changes is as it was.
        Assert.Equal(JobsOf(before)["ci"].ToString(), JobsOf(after)["ci"].ToString());
        Assert.Equal(JobsOf(before)["release"].ToString(), JobsOf(after)["release"].ToString());
        foreach (var (job, slug) in slugs.Select(x => (JobsOf(after)[$"build-{x}"], x)))
        {
            Assert.Equal("[ ci ]", job["needs"].ToString());
            Assert.Equal("!github.event.repository.fork", job["if"].ToString());
            Assert.Equal(slug.Contains("arm64", StringComparison.Ordinal) ? "ubuntu-24.04-arm" : "ubuntu-latest", job["runs-on"].ToString());
            Assert.Equal(["contents: read", "packages: read"], ((YamlMappingNode)job["permissions"]).Select(x => $"{x.Key}: {x.Value}"));
        }

        var publish = (YamlMappingNode)JobsOf(after)["publish"];
        Assert.Equal(JobsOf(before)["publish"]["permissions"].ToString(), publish["permissions"].ToString());
        Assert.Equal(["ci", .. slugs.Select(x => $"build-{x}")], ((YamlSequenceNode)publish["needs"]).Select(x => x.ToString()));
        var run = ((YamlSequenceNode)publish["steps"]).Single(
            x => ((YamlMappingNode)x).Children.TryGetValue("id", out var id) && id.ToString() == "publish");
        Assert.Equal("${{ 'linux/amd64,linux/arm64,linux/ppc64le' }}", run["env"]["PLATFORMS"].ToString());
        Assert.EndsWith(" --image-parts artifacts/parts", run["run"].ToString(), StringComparison.Ordinal);
        // What one job uploads is what the other one downloads.
        var all = JobsOf(after).Children.Values.Where(x => ((YamlMappingNode)x).Children.ContainsKey("steps"))
            .SelectMany(x => (YamlSequenceNode)x["steps"]).ToList();
        Assert.Equal(NamesAt("upload-artifact").Where(x => x.StartsWith("part-", StringComparison.Ordinal)), NamesAt("download-artifact"));

        IEnumerable<string> NamesAt(string action) =>
            from step in all.Cast<YamlMappingNode>()
            where step.Children.TryGetValue("uses", out var used) && used.ToString().StartsWith($"actions/{action}@", StringComparison.Ordinal)
            select step["with"]["name"].ToString();
    }

    [Fact]
    public async Task A_push_to_main_builds_each_platform_in_its_job_and_publishes_all_of_them()
    {
        published.NeedsEngine();
        Assert.SkipUnless(Environment.GetEnvironmentVariable("ACCI_ENGINES") is { Length: > 0 }, "It takes a minute: ACCI_ENGINES=. runs it.");
        var owner = $"octo-{Guid.NewGuid():n}"[..13];
        var registry = published.First.Repository.Split('/')[0];
        var image = ImageReference.Parse($"{registry}/{owner}/{App.Name}");
        await GenerateAsync("""
            private static readonly (Platform Platform, Runner Runner)[] NativeRunners =
                [(Platform.LinuxAmd64, "ubuntu-latest"), (Platform.LinuxPpc64le, "ubuntu-latest")];
            """);
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "--all", "--message", "Native runners");
        using var folder = new TemporaryFolder();
        await using var gitHub = await GitHubStandIn.StartAsync();
        gitHub.AddRepository($"{owner}/{App.Name}");
        new TrivyStandIn(folder.Combine("programs")).AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        var cosign = await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation);
        var key = await LocalKeyPair.EnsureAsync(folder.Combine("keys"), cosign, Cancellation);
        var pem = await System.IO.File.ReadAllTextAsync(key.Reference, Cancellation);
        var runner = new WorkflowRunner
        {
            Repository = $"{owner}/{App.Name}",
            Folder = Checkout.Folder,
            Api = gitHub.Url,
            // Which platforms are published, is what has a runner.
            Variables = new Dictionary<string, string> { ["REGISTRY"] = $"{registry}/{owner}", ["PLATFORMS"] = "linux/s390x" },
            Secrets = new Dictionary<string, string> { ["SIGNING_KEY"] = pem, ["SIGNING_PASSWORD"] = key.Password! },
            Programs = folder.Combine("programs"),
            Replaced = new Dictionary<string, string>
            {
                ["./build.sh Test --coverage"] = "true",
                ["./build.sh VerifyGenerated"] = "true",
                ["./build.sh CheckImages --registry \"$REGISTRY\""] = "true",
                ["./build.sh UploadSarif"] = "true",
            },
        };

        await runner.RunAsync(GitHubEvent.PushToMain($"{owner}/{App.Name}"), Cancellation);

        Assert.Equal(["test", "check", "check", "build-linux-amd64", "build-linux-ppc64le", "publish", "publish"], runner.Steps.Select(x => x.Job));
        using var connection = OciRegistry.Of(image);
        var root = await connection.GetManifestAsync(image.WithTag("main"), Cancellation);
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], Acci.Oci.Manifests.PlatformImage.Of(root.Manifests).Select(x => x.Platform));
        var publish = runner.Steps.Single(x => x.Script.Contains("--image-parts", StringComparison.Ordinal));
        Assert.Contains("merges artifacts/parts/linux-amd64/images/", publish.Output, StringComparison.Ordinal);
    }

    private static YamlMappingNode JobsOf(YamlMappingNode workflow) => (YamlMappingNode)workflow["jobs"];

    private async Task GenerateAsync(string runners)
    {
        var file = Path.Combine(Checkout.Folder, File);
        var text = await System.IO.File.ReadAllTextAsync(file, Cancellation);
        Assert.Single(Runners().Matches(text));
        Assert.Matches(Runners(), runners);
        await System.IO.File.WriteAllTextAsync(file, Runners().Replace(text, runners.Replace("$", "$$", StringComparison.Ordinal)), Cancellation);
        (await Checkout.BuildAsync("GenerateWorkflows", Cancellation)).AssertSucceeded();
        Assert.Equal([" M .github/workflows/publish.yml", $" M {File}"],
            (await GitAsync("status", "--porcelain")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<string> GitAsync(params string[] arguments) =>
        (await CommandRunner.RunAsync(
            new Command("git", arguments) { WorkingDirectory = Checkout.Folder }, cancellationToken: Cancellation)).StandardOutput;

    private YamlMappingNode Read()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(System.IO.File.ReadAllText(PublishFile)));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    [GeneratedRegex(@"private static readonly \(Platform Platform, Runner Runner\)\[\] NativeRunners =[^;]*;")]
    private static partial Regex Runners();
}
