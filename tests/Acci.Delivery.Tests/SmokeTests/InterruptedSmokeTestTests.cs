using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.SmokeTests;

/// <summary>Whenever a smoke test is interrupted, its container and image go.</summary>
public sealed class InterruptedSmokeTestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_container_goes_that_the_engine_made_for_a_command_that_was_interrupted_before_it_said_which()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        // The engine goes on with what it was asked for after the command is gone, and has the container at the third look only.
        var docker = Script($"""
            echo "$*" >> {_folder.Combine("calls")}
            case $1 in
                load) cat > /dev/null; echo "Loaded image ID: sha256:1" ;;
                run) touch {_folder.Combine("asked")}; exec sleep 600 ;;
                ps) [ "$(grep -c '^ps' {_folder.Combine("calls")})" -lt 3 ] || echo c1 ;;
            esac
            """);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        var view = await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], _folder.Combine("view"), Cancellation);
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var test = new SmokeTest(new DockerEngine(docker), session).RunAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), null, interruption.Token);
        while (!File.Exists(_folder.Combine("asked"))) await Task.Delay(10, Cancellation);
        await interruption.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test);

        var calls = await File.ReadAllLinesAsync(_folder.Combine("calls"), Cancellation);
        Assert.Contains("rm --force --volumes c1", calls);
        Assert.Equal("image rm --force acci-smoke-test/app:1", calls[^1]);
        session.Dispose();
        Assert.Empty(Directory.GetFiles(_folder.Combine("cache", "sessions")));
    }

    [Theory]
    [InlineData("tag")]
    // Of the image alone.
    [InlineData("tag|ps|rm")]
    public async Task What_the_engine_did_not_say_was_removed_stays_noted_for_the_next_build(string answered)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = Script($"case $1 in load) cat > /dev/null; echo 'Loaded image ID: sha256:1' ;; {answered}) ;; *) exit 1 ;; esac");
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        var view = await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], _folder.Combine("view"), Cancellation);
        var session = new Session(new CacheDirectory(_folder.Combine("cache")));

        await Assert.ThrowsAnyAsync<DeliveryException>(
            () => new SmokeTest(new DockerEngine(docker), session).RunAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), null, Cancellation));
        session.Dispose();

        Assert.Single(Directory.GetFiles(_folder.Combine("cache", "sessions")));
    }

    private string Script(string text)
    {
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
