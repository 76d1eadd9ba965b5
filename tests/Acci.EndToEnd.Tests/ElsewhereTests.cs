using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
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

        // What runs beside the image has to be there; the image itself is in the registry on this machine's loopback.
        var variables = new Dictionary<string, string?>(engine.Environment) { ["COMPOSE_PROJECT_NAME"] = "elsewhere" };
        foreach (var (variable, image) in await OfOthersAsync(engine)) variables[variable] = image;
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

    /// <summary>Brings stand-ins for PostgreSQL and Redis to the engine, and gives their names by the variables that ask for them.</summary>
    private async Task<(string Variable, string Image)[]> OfOthersAsync(EngineElsewhere engine)
    {
        (string Variable, string Upstream)[] wanted = [(App.Variable("POSTGRES_IMAGE"), "docker.io/library/postgres:15"), (App.Variable("REDIS_IMAGE"), "docker.io/library/redis:7")];
        var registry = published.First.Repository.Split('/')[0];
        var made = await new EngineScripts(CacheDirectory.Default).RunAsync("stand-ins/build.sh", [registry, .. wanted.Select(x => x.Upstream)], Cancellation);
        var docker = published.PrintedCommand("Run").Split(" run ")[0];
        foreach (var (upstream, image) in made)
        {
            var script = $"{docker} pull --quiet {image} && {docker} tag {image} {NameOf(upstream)} && {docker} save {NameOf(upstream)} > {Path.Combine(engine.Folder, "image.tar")}";
            await CommandRunner.RunAsync(new Command("bash", "-c", script), cancellationToken: Cancellation);
            await engine.DockerAsync(Cancellation, "load", "--quiet", "--input", Path.Combine(engine.Folder, "image.tar"));
        }

        return [.. wanted.Select(x => (x.Variable, NameOf(x.Upstream)))];

        static string NameOf(string upstream) => $"elsewhere/{upstream.Split('/')[^1]}";
    }
}
