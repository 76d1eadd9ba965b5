using System.Diagnostics;
using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.EndToEnd.Tests;

/// <summary>Publishes that are killed at random moments. How often is set by <c>ACCI_KILLS</c>; a few times where it is not.</summary>
[Collection(nameof(Publishing))]
public sealed class KillTests(PublishedImage published)
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("ACCI_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publish_killed_at_any_moment_shows_no_tag_of_an_unfinished_image_and_the_next_run_ends_it()
    {
        published.NeedsEngine();
        var image = published.Record;
        var home = ImageReference.Parse(image.Repository);
        using var registry = OciRegistry.Of(home);
        var whole = await PublishAsync($"{home.Domain}/whole-{Guid.NewGuid():n}");
        whole.AssertSucceeded();
        var reached = new SortedSet<string>(StringComparer.Ordinal);

        for (var turn = 0; turn < Kills; turn++)
        {
            var destination = $"{home.Domain}/killed-{Guid.NewGuid():n}";
            var repository = ImageReference.Parse($"{destination}/{image.Image}");
            // The tag is there already and points at another image.
            var before = image.Platforms[0].Digest;
            await registry.CopyAsync(home.WithDigest(before), registry, repository, leftOut: [], cancellationToken: Cancellation);
            await registry.PutTagAsync(repository, image.Tags[0], before, Cancellation);

            await KillAsync(destination, whole.Duration * Random.Shared.NextDouble(), withChildren: turn % 2 == 0);

            var left = PublishRecord.Read(published.RecordFile)!;
            var ready = left.Repository == repository.Repository && left.Steps.ContainsKey(PublishStep.SmokeTest) && left.Steps.ContainsKey(PublishStep.Verify);
            reached.Add(left.Repository == repository.Repository ? left.Steps.Keys.Select(x => x.ToString()).LastOrDefault() ?? "Build" : "Start");
            foreach (var tag in image.Tags)
            {
                var at = (await registry.FindAsync(repository.WithTag(tag), Cancellation))?.Digest;
                Assert.True(at is null || at == before || (at == image.Digest && ready), $"turn {turn}: {tag} points at {at}, and the record says {string.Join(", ", left.Steps.Keys)}");
                // The build's own record may be wrong; what a consumer would run is not.
                if (at == image.Digest) await CommandRunner.RunAsync(Verification(repository.WithDigest(image.Digest)), cancellationToken: Cancellation);
            }

            (await PublishAsync(destination)).AssertSucceeded();
            Assert.Equal(image.Digest, published.Record.Digest);
            Assert.Equal(image.Platforms, published.Record.Platforms);
            foreach (var tag in image.Tags) Assert.Equal(image.Digest, (await registry.ResolveAsync(repository.WithTag(tag), Cancellation)).Digest);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills; the last step that had ended was one of {string.Join(", ", reached)}");
        // What follows in this collection publishes where it did before.
        (await published.Checkout.BuildAsync("Publish", Cancellation)).AssertSucceeded();
    }

    /// <summary>The command that a publish has printed for whoever wants to verify it, for the image in another repository.</summary>
    private Command Verification(ImageReference image)
    {
        var printed = published.PrintedCommand("Verify");
        return new Command("bash", "-c", $"{printed[..printed.LastIndexOf(' ')]} {image}") { WorkingDirectory = published.Checkout.Folder };
    }

    private Task<BuildRun> PublishAsync(string destination) => published.Checkout.BuildAsync($"Publish --registry {destination}", Cancellation);

    private async Task KillAsync(string destination, TimeSpan after, bool withChildren)
    {
        var leader = new TaskCompletionSource<int>();
        // The shell becomes the build: its process is the build's own, and leads a group that holds all the build starts.
        var command = new Command("setsid", "--wait", "bash", "-c", $"echo $$; exec ./build.sh Publish --registry {destination} 2>&1") { WorkingDirectory = published.Checkout.Folder };
        var watch = Stopwatch.StartNew();
        var run = CommandRunner.TryRunAsync(command, line => leader.TrySetResult(int.TryParse(line, CultureInfo.InvariantCulture, out var id) ? id : 0), Cancellation);
        var process = await leader.Task.WaitAsync(Cancellation);
        if (after > watch.Elapsed) await Task.Delay(after - watch.Elapsed, Cancellation);
        // The shell's own kill: the program of that name may take a group -1234 for -1, which is everybody.
        await CommandRunner.TryRunAsync(new Command("bash", "-c", $"kill -KILL {(withChildren ? $"-- -{process}" : $"{process}")}"), cancellationToken: Cancellation);
        await run;
    }
}
