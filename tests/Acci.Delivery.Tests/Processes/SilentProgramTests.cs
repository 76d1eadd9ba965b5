using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Scanning;
using Acci.Delivery.Sessions;
using Acci.Delivery.Signing;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

/// <summary>A program that says nothing, as a docker command whose engine was stopped in the middle, is named after some time and not waited for without end.</summary>
public sealed class SilentProgramTests : IDisposable
{
    private const string Silent = "exec sleep 600";
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder _folder = new();
    private readonly SilenceClock _silence = new(TimeSpan.FromMinutes(10));

    public SilentProgramTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins are shell scripts.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _silence.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_service_that_does_not_say_which_key_it_keeps()
    {
        var cosign = new Cosign(Program("cosign", Silent), new SigningIdentity.Key("awskms://127.0.0.1/key", null)) { KeyTime = Short };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => cosign.ReadSignerAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

        Assert.StartsWith($"`{cosign.Executable} public-key --key awskms://127.0.0.1/key` did not answer within 2 s.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scanner_that_does_not_say_its_version()
    {
        var trivy = Program("trivy", Silent);
        var locator = new TrivyLocator(new ToolLocks(), "tools.json", new CacheDirectory(_folder.Combine("cache")), () => Task.FromResult<DockerEngine?>(null)) { Installed = trivy, AnswerTime = Short };
        Directory.CreateDirectory(_folder.Combine("cache"));

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => locator.LocateAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

        Assert.Contains("trivy --version", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("port", "docker port c1 8080/tcp")]
    [InlineData("*State.Running*", "docker inspect ")]
    [InlineData("stop", "docker stop --time 30 c1")]
    public async Task An_engine_that_stops_in_the_middle_of_a_smoke_test(string hangsAt, string named)
    {
        await using var app = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        var docker = Program("docker", $"""
            case "$*" in
                {hangsAt}*) {_silence.Hangs} ;;
                load*) cat > /dev/null; echo "Loaded image ID: sha256:1" ;;
                run*) echo c1 ;;
                port*) echo {app.Domain} ;;
                *State.Health*) echo none ;;
                logs*|ps*|rm*|image*) {_silence.Hangs} ;;
                *) echo true 0 ;;
            esac
            """);
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine("layout"));
        var view = await layout.WriteViewAsync((await layout.ReadPlatformsAsync(Cancellation))[0], _folder.Combine("view"), Cancellation);
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));
        var test = new SmokeTest(new DockerEngine(docker) { Time = _silence.Time }, session);
        var endpoint = hangsAt == "*State.Running*" ? null : new HealthEndpoint("/health", 8080);

        var failure = await Assert.ThrowsAsync<NoAnswerException>(
            () => test.RunAsync(view.Folder, ImageReference.Parse("acci-smoke-test/app:1"), endpoint, Cancellation).WaitAsync(TimeSpan.FromMinutes(5), Cancellation));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        // What may be there still is the next build's to remove.
        Assert.Single(Directory.GetFiles(_folder.Combine("cache", "sessions"), "*.journal"));
    }

    [Fact]
    public async Task An_engine_that_says_why_it_sees_no_folder_and_then_nothing_more()
    {
        var docker = Program("docker", $"""
            case "$*" in
                import*) cat > /dev/null ;;
                create*) echo 'mounts denied' >&2; exit 1 ;;
                *) {_silence.Hangs} ;;
            esac
            """);
        using var session = new Session(new CacheDirectory(_folder.Combine("cache")));

        var obstacle = await new SharedFolder(new DockerEngine(docker) { Time = _silence.Time }, session).FindObstacleAsync(_folder.Path, Cancellation);

        Assert.Equal("mounts denied", obstacle);
        // The image may be there still.
        Assert.Single(Directory.GetFiles(_folder.Combine("cache", "sessions"), "*.journal"));
    }

    private string Program(string name, string text)
    {
        var program = _folder.Combine(name);
        File.WriteAllText(program, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }
}
