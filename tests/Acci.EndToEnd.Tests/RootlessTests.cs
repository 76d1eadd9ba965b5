using System.Diagnostics;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.EndToEnd.Tests.Engines;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>The private engine of a user who is not root.</summary>
public sealed class RootlessTests(PublishedImage published)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_without_root_gets_a_private_engine_that_reaches_the_local_registry_and_whose_ports_answer()
    {
        published.NeedsEngine();
        Assert.SkipWhen(OrdinaryUser.Obstacle is not null, $"No other user can run an engine here: {OrdinaryUser.Obstacle}.");
        Assert.SkipWhen(await EngineLocator.FindRunningAsync(ProcessEnvironment.Read(), Cancellation) is not null, "A Docker engine answers everybody here.");
        await using var user = await OrdinaryUser.WithAsync(published.Pristine, published.Artifacts, Cancellation);

        var tried = (await user.BuildAsync("SmokeTestImages --skip BuildImages --republish", Cancellation)).AssertSucceeded();

        Assert.Contains("No Docker engine answers: using a private one", tried.Output, StringComparison.Ordinal);
        Assert.Matches(@"linux/amd64 healthy in \d+\.\d s(?!, by)", tried.Output);
        var record = PublishRecord.Read(Path.Combine(user.Checkout, "artifacts", "publish", $"{App.Name}.json"))!;
        Assert.DoesNotContain("by the image's own check", record.Steps[PublishStep.SmokeTest].Result, StringComparison.Ordinal);

        // The local registry of this machine, which is root's here, and nothing else on its loopback.
        var docker = Path.Combine(user.Home, ".cache", "acci", "bin", "docker");
        var pull = await user.RunAsync([docker, "pull", "--quiet", $"{published.First.Repository}@{published.First.Digest}"], Cancellation);
        Assert.True(pull.Succeeded, pull.StandardOutput);
        var engine = (await user.RunAsync([docker, "info", "--format", "{{json .SecurityOptions}}"], Cancellation)).StandardOutput;
        Assert.Contains("rootless", engine, StringComparison.Ordinal);

        (await user.BuildAsync("StopEngine --purge-engine", Cancellation)).AssertSucceeded();
        Assert.Empty(OrdinaryUser.Processes());
        Assert.False(Directory.Exists(Path.Combine(user.Home, ".cache", "acci", "engine", "data")));
    }

    // A row of the table of engines (EngineTests), whose build runs as its user.
    [Fact]
    public async Task A_rootless_engine_that_its_user_names_publishes_and_runs_both_environments()
    {
        Assert.SkipUnless(EngineTests.IsChosen("a rootless engine of the user's"), "ACCI_ENGINES does not choose it.");
        published.NeedsEngine();
        Assert.SkipWhen(OrdinaryUser.Obstacle is not null, $"No other user can run an engine here: {OrdinaryUser.Obstacle}.");
        await using var user = await OrdinaryUser.WithAsync(published.Pristine, published.Artifacts, Cancellation);
        (await user.BuildAsync("SmokeTestImages --skip BuildImages --republish", Cancellation)).AssertSucceeded();
        // Named, it is an engine as any other, to a docker command of the user's.
        var cache = Path.Combine(user.Home, ".cache", "acci", "engine");
        var programs = Directory.GetDirectories(cache, "recipe-*").Single();
        var variables = $"export DOCKER_HOST=unix://{cache}/run/docker.sock DOCKER_CONFIG={user.Home}/docker PATH={programs}/bin:$PATH";
        await user.RunAsync(["bash", "-c", $"mkdir -p {user.Home}/docker && ln -s {programs}/cli-plugins {user.Home}/docker/cli-plugins"], Cancellation);
        var row = new List<string>();

        Assert.Matches(@"\(DOCKER_HOST\); containerd image store; rootless; ", await RunAsync("Doctor"));
        Assert.Matches(@"(?s)linux/amd64 healthy in .* tagged ", await RunAsync("Publish --republish"));
        foreach (var environment in (string[])["prod", "dev"])
        {
            Assert.Contains($"Environment '{environment}' is up", await RunAsync($"ComposeUp --environment {environment}"), StringComparison.Ordinal);
            await RunAsync($"ComposeDown --environment {environment} --delete-volumes");
        }

        await RunAsync("StopEngine");
        await EngineTests.ReportAsync("a rootless engine of the user's", row);

        async Task<string> RunAsync(string arguments)
        {
            var watch = Stopwatch.StartNew();
            var result = await user.RunAsync(["bash", "-c", $"{variables}; exec ./build.sh {arguments}"], Cancellation);
            row.Add($"{arguments.Split(' ')[0]} {watch.Elapsed.TotalSeconds:0} s");
            return new BuildRun(arguments, result.ExitCode, ConsoleText.Plain(result.StandardOutput), watch.Elapsed).AssertSucceeded().Output;
        }
    }
}
