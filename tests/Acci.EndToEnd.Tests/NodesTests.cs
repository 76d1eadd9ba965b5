using Acci.Delivery.Engines;
using Acci.Delivery.Publishing;

namespace Acci.EndToEnd.Tests;

/// <summary>Builds on several BuildKits; both are this engine's, behind sockets of their own.</summary>
public sealed class NodesTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As a shell would read it.
    private string Docker => published.PrintedCommand("Run").Split(" run ")[0].Replace("~", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_nodes_build_the_same_platforms_as_one_engine_and_a_third_that_is_away_is_named()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        using var other = await published.Pristine.CopyAsync(Cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(RecordOf(other))!);
        File.Copy(published.RecordFile, RecordOf(other));
        var before = await File.ReadAllTextAsync(published.RecordFile, Cancellation);
        await using var one = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "one.sock"));
        await using var two = new BuildKitSocket(Docker, Path.Combine(_folder.Path, "two.sock"));
        var first = $"linux/amd64=unix://{one.Path}";
        try
        {
            // buildx waits for a node that is away, and meanwhile the others build.
            var away = other.BuildAsync($"BuildImages --builder-nodes '{first};linux/ppc64le=unix://{_folder.Path}/three.sock'", Cancellation);
            var run = (await checkout.BuildAsync($"BuildImages --builder-nodes '{first};linux/ppc64le=unix://{two.Path}'", Cancellation)).AssertSucceeded();

            Assert.Equal(published.First.Platforms, PublishRecord.Read(RecordOf(checkout))!.Platforms);
            Assert.Contains($"Build node {first}: ", run.Output, StringComparison.Ordinal);

            (await away).AssertFailed($"Build node linux/ppc64le=unix://{_folder.Path}/three.sock does not answer");
            Assert.Equal(before, await File.ReadAllTextAsync(RecordOf(other), Cancellation));
        }
        finally
        {
            await new NodeBuilders(new DockerEngine(Docker)).RemoveAsync(CancellationToken.None);
        }
    }

    private static string RecordOf(Checkout checkout) => Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json");
}
