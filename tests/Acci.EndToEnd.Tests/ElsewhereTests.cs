using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;

namespace Acci.EndToEnd.Tests;

/// <summary>An engine that does not share this machine's network, as that of another machine or behind a mounted socket.</summary>
public sealed class ElsewhereTests(PublishedImage published)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_tried_and_runs_on_an_engine_whose_ports_and_pulls_do_not_come_here()
    {
        published.NeedsEngine();
        Assert.SkipWhen(EngineElsewhere.Obstacle is not null, $"No second engine can be started: {EngineElsewhere.Obstacle}.");
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        await CommandRunner.RunAsync(new Command("cp", "-a", published.Artifacts, checkout.Folder), cancellationToken: Cancellation);
        await using var engine = await EngineElsewhere.StartAsync(Cancellation);

        // The image is in the registry on this machine's loopback, and what runs beside it may be a stand-in: the engine pulls neither.
        var variables = new Dictionary<string, string?>(engine.Environment) { ["COMPOSE_PROJECT_NAME"] = "elsewhere" };
        var up = (await checkout.BuildAsync("ComposeUp --environment prod", Cancellation, variables)).AssertSucceeded();
        Assert.Matches("cannot be pulled there, and was loaded from its layout as .*:sha256-" + published.First.Digest.Hex, up.Output);
        Assert.Matches(@"(?s)Environment 'prod' is up", up.Output);
        (await checkout.BuildAsync("ComposeUp --environment prod", Cancellation, variables)).AssertSucceeded();
        (await checkout.BuildAsync("ComposeDown --environment prod --delete-volumes", Cancellation, variables)).AssertSucceeded();
        Assert.Empty((await engine.DockerAsync(Cancellation, "ps", "--all", "--quiet")).Trim());

        // Without the layout it is refused.
        Directory.Move(Path.Combine(checkout.Folder, "artifacts", "images"), Path.Combine(checkout.Folder, "artifacts", "elsewhere"));
        await engine.DockerAsync(Cancellation, "image", "prune", "--all", "--force");
        (await checkout.BuildAsync("ComposeUp --environment prod", Cancellation, variables)).AssertFailed("cannot pull it from there", "--registry");
        Directory.Move(Path.Combine(checkout.Folder, "artifacts", "elsewhere"), Path.Combine(checkout.Folder, "artifacts", "images"));

        var tried = (await checkout.BuildAsync("SmokeTestImages --skip BuildImages --republish", Cancellation, engine.Environment)).AssertSucceeded();

        Assert.Matches(@"linux/amd64 healthy in \d+\.\d s, by the image's own check", tried.Output);
        var record = PublishRecord.Read(Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!;
        Assert.EndsWith("by the image's own check", record.Steps[PublishStep.SmokeTest].Result.Split(", linux/")[0], StringComparison.Ordinal);
        Assert.Empty((await engine.DockerAsync(Cancellation, "ps", "--all", "--quiet")).Trim());
        Assert.Empty((await engine.DockerAsync(Cancellation, "image", "ls", "--quiet")).Trim());
    }
}
