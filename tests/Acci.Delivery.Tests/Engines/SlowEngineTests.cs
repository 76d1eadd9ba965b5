using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>An engine answers, refuses, or says nothing in time: three answers, and only the second means that there is none.</summary>
public sealed class SlowEngineTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_engine_that_is_slow_is_no_reason_to_start_a_second_one()
    {
        var locator = new EngineLocator(Private()) { Cli = Docker("exec sleep 600"), AnswerTime = Short };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => locator.LocateAsync(Cancellation));

        Assert.Contains("docker version --format", failure.Message, StringComparison.Ordinal);
        Assert.Contains("` did not answer within 0.2 s. ", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Combine("started")));
    }

    [Fact]
    public async Task An_engine_whose_buildx_is_slow_is_not_said_to_have_none()
    {
        var cli = Docker("""case "$1" in version) echo 29.0.0 ;; *) exec sleep 600 ;; esac""");

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => DockerEngine.FindAsync(cli, Cancellation, TimeSpan.FromSeconds(3)));

        Assert.Contains("docker buildx version` did not answer within 3 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_that_is_slow_is_not_waited_for_without_end()
    {
        var engine = new DockerEngine(Docker("exec sleep 600")) { AnswerTime = Short };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        Assert.Contains("docker buildx inspect` did not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reason_why_no_engine_answers_is_not_waited_for_without_end_either()
    {
        var asked = _folder.Combine("asked");
        var locator = new EngineLocator(Private()) { Cli = Docker($"[ -e '{asked}' ] && exec sleep 600; touch '{asked}'; exit 1"), AnswerTime = TimeSpan.FromSeconds(3) };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => locator.LocateAsync(Cancellation));

        Assert.Contains("docker version --format", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Combine("started")));
    }

    [Fact]
    public async Task Platforms_that_are_not_told_in_time_are_not_taken_for_platforms_that_cannot_run()
    {
        var cli = Docker("""case "$*" in *inspect*) exec sleep 600 ;; *) echo 29.0.0 ;; esac""");

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => DockerEngine.FindAsync(cli, Cancellation, TimeSpan.FromSeconds(3)));

        Assert.Contains("buildx inspect default", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_builder_tells_its_platforms_the_engine_s_own_can_run()
    {
        var cli = Docker("""case "$*" in *inspect*) exit 1 ;; *Server.Os*) echo linux/arm64 ;; *) echo 29.0.0 ;; esac""");

        var engine = await DockerEngine.FindAsync(cli, Cancellation);

        Assert.Equal([Platform.Parse("linux/arm64")], engine!.RunnablePlatforms);
    }

    [Fact]
    public async Task An_engine_that_refuses_is_none() => Assert.Null(await DockerEngine.FindAsync(Docker("exit 1"), Cancellation));

    [Fact]
    public async Task The_local_registry_s_container_is_not_taken_for_stopped_because_its_engine_is_slow()
    {
        var engine = new DockerEngine(Docker("exec sleep 600")) { AnswerTime = Short };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => new RegistryContainer(engine).StopAsync(purge: true, Cancellation));

        Assert.Contains("container inspect", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_registry_that_does_not_answer_here_is_not_left_running_on_the_machine_of_its_engine()
    {
        var calls = _folder.Combine("calls");
        var engine = new DockerEngine(Docker($"echo \"$*\" >> {calls}; case \"$1\" in container) exit 1 ;; port) echo 127.0.0.1:{RegistryServer.FreePort()} ;; esac"));

        var registry = new RegistryContainer(engine) { Time = new TestClock() };

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => registry.StartAsync(RegistryContainer.Image, Cancellation));

        Assert.Contains("--registry", failure.Message, StringComparison.Ordinal);
        Assert.Equal($"rm --force {registry.Name}", (await File.ReadAllLinesAsync(calls, Cancellation))[^1]);
    }

    [Fact]
    public async Task A_registry_that_is_slow_is_no_reason_for_a_stand_in()
    {
        // It takes connections and says nothing.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var name = ImageReference.Parse($"{listener.LocalEndpoint}/distroless/cc:nonroot");
        var scripts = Scripts();
        var images = new BaseImages(ImageLocks.Read(_folder.Combine("images.json")), scripts) { AnswerTime = Short, AllowsStandIns = true };

        var failure = await Assert.ThrowsAsync<NoAnswerException>(() => images.ResolveAsync([name], Cancellation));

        Assert.Contains($"{listener.LocalEndpoint}, asked for the base image {name}, did not answer within 0.2 s", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Combine("started")));
    }

    // Scripts that leave a mark when they run.
    private EngineScripts Scripts()
    {
        foreach (var script in (string[])["engine/fetch.sh", "engine/up.sh", "stand-ins/build.sh"])
        {
            var file = _folder.Combine([.. script.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $"touch '{_folder.Combine("started")}'\n");
        }

        File.WriteAllText(_folder.Combine("images.json"), "{}");
        return new EngineScripts(new CacheDirectory(_folder.Combine("cache")));
    }

    private PrivateEngine Private() => new(Scripts());

    private string Docker(string answer)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\n{answer}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
