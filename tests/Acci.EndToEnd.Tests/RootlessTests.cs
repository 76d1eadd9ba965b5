using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;

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
}
