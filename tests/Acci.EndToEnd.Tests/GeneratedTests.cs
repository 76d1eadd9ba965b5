using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Generation.Workflows;
using Acci.GitHub.StandIn;

namespace Acci.EndToEnd.Tests;

/// <summary>Files that are generated and checked in, and the checks that are made before anything is built.</summary>
public sealed partial class GeneratedTests(PublishedImage published) : IAsyncLifetime
{
    private const string Generate = "GenerateWorkflows GenerateRunConfigurations GenerateBakeFile GenerateCompose";

    private Checkout? _checkout;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Checkout Checkout => _checkout ?? throw new InvalidOperationException("There is no copy.");

    public async ValueTask InitializeAsync()
    {
        _checkout = await published.Pristine.CopyAsync(Cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_checked_in_is_what_is_generated()
    {
        (await Checkout.BuildAsync(Generate, Cancellation)).AssertSucceeded();

        Assert.Empty((await CommandRunner.RunAsync(new Command("git", "status", "--porcelain") { WorkingDirectory = Checkout.Folder }, cancellationToken: Cancellation)).StandardOutput);
        (await Checkout.BuildAsync("VerifyGenerated", Cancellation)).AssertSucceeded();
    }

    [Theory]
    [InlineData(".github/workflows/publish.yml", "id-token: write", "id-token: none")]
    [InlineData("deploy/compose/docker-compose.yml", "services:", "service:")]
    [InlineData(".vscode/tasks.json", "2.0.0", "1.0.0")]
    [InlineData("docker-bake.json", "linux/ppc64le", "linux/s390x")]
    public async Task A_generated_file_that_was_changed_by_hand_is_found_and_the_difference_is_shown(string file, string original, string changed)
    {
        var place = Path.Combine(Checkout.Folder, file);
        var text = await File.ReadAllTextAsync(place, Cancellation);
        await File.WriteAllTextAsync(place, text.Replace(original, changed, StringComparison.Ordinal), Cancellation);

        var run = await Checkout.BuildAsync("VerifyGenerated", Cancellation);

        run.AssertFailed(file, "not what the build says");
        Assert.Contains($"--- a/{file}", run.Output, StringComparison.Ordinal);
        Assert.Contains(run.Output.Split('\n'), line => line.StartsWith('-') && line.Contains(changed, StringComparison.Ordinal));
        Assert.Contains(run.Output.Split('\n'), line => line.StartsWith('+') && line.Contains(original, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schema_that_was_not_committed_is_found_although_the_build_has_just_written_it()
    {
        var place = Path.Combine(Checkout.Folder, ".nuke", "build.schema.json");
        await File.WriteAllTextAsync(place, (await File.ReadAllTextAsync(place, Cancellation)).Replace("PurgeEngine", "PurgedEngine", StringComparison.Ordinal), Cancellation);
        await CommandRunner.RunAsync(new Command("git", "add", ".nuke/build.schema.json") { WorkingDirectory = Checkout.Folder }, cancellationToken: Cancellation);

        (await Checkout.BuildAsync("VerifyGenerated", Cancellation)).AssertFailed(".nuke/build.schema.json", "not what the build says");
    }

    [Fact]
    public async Task What_is_declared_no_more_is_found_and_removed_and_what_is_somebody_s_own_stays()
    {
        var configurations = Path.Combine(Checkout.Folder, ".run");
        File.Copy(Path.Combine(configurations, "Test.run.xml"), Path.Combine(configurations, "Old.run.xml"));
        await File.WriteAllTextAsync(Path.Combine(configurations, "own.run.xml"), """<component name="ProjectRunConfigurationManager" />""", Cancellation);
        var workflows = Path.Combine(Checkout.Folder, ".github", "workflows");
        File.Copy(Path.Combine(workflows, "ci.yml"), Path.Combine(workflows, "old.yml"));
        await File.WriteAllTextAsync(Path.Combine(workflows, "own.yml"), "on: push\n", Cancellation);
        var compose = Path.Combine(Checkout.Folder, "deploy", "compose");
        File.Copy(Path.Combine(compose, "docker-compose.dev.yml"), Path.Combine(compose, "docker-compose.gone.yml"));
        await File.WriteAllTextAsync(Path.Combine(compose, "docker-compose.override.yml"), "services: {}\n", Cancellation);

        (await Checkout.BuildAsync("VerifyGenerated", Cancellation)).AssertFailed("old.yml", "Old.run.xml", "docker-compose.gone.yml", "not what the build says");
        (await Checkout.BuildAsync("GenerateWorkflows GenerateRunConfigurations GenerateCompose", Cancellation)).AssertSucceeded();

        Assert.False(File.Exists(Path.Combine(workflows, "old.yml")));
        Assert.True(File.Exists(Path.Combine(workflows, "own.yml")));
        Assert.False(File.Exists(Path.Combine(configurations, "Old.run.xml")));
        Assert.True(File.Exists(Path.Combine(configurations, "own.run.xml")));
        Assert.False(File.Exists(Path.Combine(compose, "docker-compose.gone.yml")));
        Assert.True(File.Exists(Path.Combine(compose, "docker-compose.override.yml")));
    }

    [Fact]
    public async Task A_finding_in_a_Dockerfile_fails_the_check_and_is_in_the_SARIF_file_with_its_line()
    {
        published.NeedsEngine();
        var dockerfile = Path.Combine(Checkout.Folder, "deploy", "images", App.Name, "Dockerfile");
        var lines = (await File.ReadAllLinesAsync(dockerfile, Cancellation)).ToList();
        lines.Add("MAINTAINER somebody");
        await File.WriteAllLinesAsync(dockerfile, lines, Cancellation);

        (await Checkout.BuildAsync("CheckImages", Cancellation)).AssertFailed($"deploy/images/{App.Name}/Dockerfile:{lines.Count}", "MaintainerDeprecated");

        var sarif = JsonElement.Parse(await File.ReadAllBytesAsync(Path.Combine(Checkout.Folder, "artifacts", "checks", $"{App.Name}.sarif"), Cancellation));
        var result = sarif.GetProperty("runs")[0].GetProperty("results")[0];
        Assert.Equal("MaintainerDeprecated", result.GetProperty("ruleId").GetString());
        Assert.Equal(lines.Count, result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
    }

    [Fact]
    public async Task The_bake_file_in_the_root_is_one_that_bake_takes()
    {
        published.NeedsEngine();
        var bake = published.PrintedCommand("Run").Split(" run ")[0] + " buildx bake --print";

        var printed = await CommandRunner.RunAsync(
            new Command("bash", "-c", bake) { WorkingDirectory = Checkout.Folder, Environment = new Dictionary<string, string?> { ["VERSION"] = "3.2.1" } }, cancellationToken: Cancellation);

        Assert.Equal("3.2.1", JsonElement.Parse(printed.StandardOutput).GetProperty("target").GetProperty(App.Name).GetProperty("args").GetProperty("VERSION").GetString());
    }

    [Fact]
    public async Task Pins_follow_new_releases_and_it_is_said_what_changed()
    {
        await using var gitHub = await GitHubStandIn.StartAsync();
        const string commit = "00112233445566778899aabbccddeeff00112233";
        foreach (var action in ActionLocks.Read(Path.Combine(Checkout.Folder, "deploy", "locks", "actions.json")).All)
        {
            var repository = gitHub.AddRepository(action.Name);
            var version = action.Name == "actions/checkout" ? "v99.0.0" : action.Version;
            repository.Refs[$"refs/tags/{version}"] = version == action.Version ? action.Commit : commit;
            repository.Releases.Add(new Release(1) { TagName = version, Name = version, TargetCommitish = "main", PublishedAt = DateTimeOffset.UtcNow.AddDays(-30) });
        }

        gitHub.AddRepository("aquasecurity/trivy");
        var environment = new Dictionary<string, string?> { ["GITHUB_API_URL"] = gitHub.Url, ["GITHUB_TOKEN"] = "ghs_0815", ["GITHUB_REPOSITORY"] = "octo/acci" };
        var dry = (await Checkout.BuildAsync("UpdateLocks --dry-run", Cancellation, environment)).AssertSucceeded();
        (await Checkout.BuildAsync("VerifyGenerated", Cancellation)).AssertSucceeded();
        (await Checkout.BuildAsync("UpdateLocks", Cancellation, environment)).AssertSucceeded();

        Assert.Contains("→ v99.0.0 (001122334455)", dry.Output, StringComparison.Ordinal);
        (await Checkout.BuildAsync("VerifyGenerated", Cancellation)).AssertFailed(".github/workflows/ci.yml", "not what the build says");
        Assert.Empty(gitHub.Violations);
    }

    [Fact]
    public async Task In_GitHub_Actions_a_failure_ends_with_the_command_that_repeats_it()
    {
        var environment = new Dictionary<string, string?> { ["GITHUB_ACTIONS"] = "true", ["GITHUB_SHA"] = "0123456789abcdef", ["RegistryToken"] = "0815-is-no-token" };

        var run = await Checkout.BuildAsync("SignImages --keyless true --platforms linux/amd64", Cancellation, environment);

        // What is checked out, whichever commit the workflow runs for.
        var commit = (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = Checkout.Folder }, cancellationToken: Cancellation)).StandardOutput.Trim();
        run.AssertFailed($"git fetch origin {commit} && git checkout {commit} && ./build.sh SignImages --platforms linux/amd64");
        Assert.Contains("::error::--registry-token needs --registry-user beside it.", run.Output, StringComparison.Ordinal);
        Assert.Contains("::add-mask::0815-is-no-token", run.Output, StringComparison.Ordinal);
    }
}
