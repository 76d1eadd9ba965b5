using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;

namespace Acci.EndToEnd.Tests;

/// <summary>An engine that does not share this machine's network, as that of another machine or behind a mounted socket.</summary>
[Collection(nameof(Publishing))]
public sealed class ElsewhereTests(PublishedImage published)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_is_tried_on_an_engine_whose_ports_are_out_of_reach_and_what_needs_its_network_is_refused_at_the_start()
    {
        published.NeedsEngine();
        Assert.SkipWhen(EngineElsewhere.Obstacle is not null, $"No second engine can be started: {EngineElsewhere.Obstacle}.");
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        var artifacts = Path.Combine(published.Checkout.Folder, "artifacts");
        await CommandRunner.RunAsync(new Command("cp", "-a", artifacts, checkout.Folder), cancellationToken: Cancellation);
        await using var engine = await EngineElsewhere.StartAsync(Cancellation);

        // The image is in the registry on this machine's loopback.
        var up = await checkout.BuildAsync("ComposeUp --environment prod", Cancellation, engine.Environment);
        up.AssertFailed("cannot pull it from there", "--registry");

        var tried = (await checkout.BuildAsync("SmokeTestImages --skip BuildImages --republish", Cancellation, engine.Environment)).AssertSucceeded();

        Assert.Matches(@"linux/amd64 healthy in \d+\.\d s, by the image's own check", tried.Output);
        var record = PublishRecord.Read(Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!;
        Assert.EndsWith("by the image's own check", record.Steps[PublishStep.SmokeTest].Result.Split(", linux/")[0], StringComparison.Ordinal);
        Assert.Empty((await engine.DockerAsync(Cancellation, "ps", "--all", "--quiet")).Trim());
        Assert.Empty((await engine.DockerAsync(Cancellation, "image", "ls", "--quiet")).Trim());
    }
}
