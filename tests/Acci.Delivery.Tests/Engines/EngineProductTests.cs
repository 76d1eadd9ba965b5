using System.Net;
using System.Net.Sockets;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Engines that cannot serve are told before anything else is asked of them, and Doctor says what is different of those that can.</summary>
public sealed class EngineProductTests : IDisposable
{
    private const string Platforms = """*"buildx inspect"*) printf 'Name: default\nDriver: docker\nPlatforms: linux/amd64, linux/arm64\n' ;;""";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("20.10.24+dfsg1", "Docker Engine 20.10.24+dfsg1 is too old: version 25.0 or later is needed. Update it, or set DOCKER_HOST to another engine.")]
    [InlineData("24.0.9", "Docker Engine 24.0.9 is too old: version 25.0 or later is needed. Update it, or set DOCKER_HOST to another engine.")]
    public async Task An_engine_that_is_too_old_is_told_at_once(string version, string problem)
    {
        var docker = Docker($"""case "$*" in --version) echo "Docker version {version}" ;; *Components*) echo '[]' ;; version*) echo {version} ;; *) exec sleep 600 ;; esac""");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => DockerEngine.FindAsync(docker, Cancellation));

        Assert.Equal(problem, error.Message);
    }

    [Theory]
    [InlineData("25.0.0")]
    [InlineData("28.5.2+dfsg4")]
    [InlineData("master-dockerproject")]
    public async Task An_engine_that_is_new_enough_or_a_developer_s_own_serves(string version)
    {
        var docker = Docker($"""case "$*" in --version|*Components*) exec sleep 600 ;; {Platforms} *) echo {version} ;; esac""");

        Assert.Equal($"Docker Engine {version}", (await DockerEngine.FindAsync(docker, Cancellation))!.ToString());
    }

    [Fact]
    public async Task Platforms_that_no_image_here_has_are_left_out_and_each_is_one_however_it_is_written()
    {
        var docker = Docker("""
            case "$*" in
                --version|*Components*) exec sleep 600 ;;
                *"buildx inspect"*) printf 'Name: default\nDriver: docker\nPlatforms: linux/amd64*, linux/amd64/v2, windows(10.0.20348.1)/amd64, linux/arm64/v8, linux/arm64, ?\n' ;;
                *) echo 28.5.2 ;;
            esac
            """);

        var engine = (await DockerEngine.FindAsync(docker, Cancellation))!;

        Assert.Equal(["linux/amd64", "linux/amd64/v2", "linux/arm64"], engine.RunnablePlatforms.Select(x => x.ToString()));
    }

    [Fact]
    public async Task Podman_s_own_command_is_told_as_such()
    {
        var docker = Docker("""case "$*" in --version) echo "podman version 4.3.1" ;; version*) echo 4.3.1 ;; *) exec sleep 600 ;; esac""");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => DockerEngine.FindAsync(docker, Cancellation));

        Assert.StartsWith($"'{docker}' is Podman 4.3.1, which has no buildx. Install Docker's command line", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker", null)]
    // As buildx shows it where there is no BuildKit.
    [InlineData("docker-container", null)]
    [InlineData("remote", "podman-builder")]
    public async Task Podman_behind_the_socket_serves_with_a_builder_elsewhere(string driver, string? builder)
    {
        var docker = Docker($$"""
            case "$*" in
                --version) echo "Docker version 28.5.2" ;;
                *Components*) echo '[{"Name":"Podman Engine","Version":"4.3.1"},{"Name":"Conmon"}]' ;;
                *"buildx inspect"*) printf 'Name: {{builder ?? "default"}}\nDriver: {{driver}}\n' ;;
                "context show") echo default ;;
                *Server.Os*) echo linux/amd64 ;;
                *) echo 4.3.1 ;;
            esac
            """);
        var engine = (await DockerEngine.FindAsync(docker, Cancellation, process: ProcessEnvironment.Empty))!;
        Assert.Equal("Podman 4.3.1", engine.ToString());

        if (builder is not null)
        {
            Assert.Null((await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)).Builder);
            return;
        }

        var error = await Assert.ThrowsAsync<DeliveryException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));
        Assert.StartsWith("Podman 4.3.1 has no BuildKit, which images are built with.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]],"SecurityOptions":["name=seccomp,profile=builtin"]}""", "containerd image store", "the engine's own, over its containerd image store", FindingSeverity.Good)]
    [InlineData("""{"Driver":"overlay2","DriverStatus":[],"SecurityOptions":["name=rootless","name=userns"],"HttpsProxy":"http://someone:secret@proxy:3128"}""", "classic image store; rootless; users of containers are not the machine's (userns-remap); pulls over http://[REDACTED]@proxy:3128; this build asks registries without a proxy (HTTPS_PROXY)", "/moby/buildkit:buildx-stable-1, by the engine, which has a proxy or a mirror of its own. From here: ", FindingSeverity.Notice)]
    [InlineData("""{"Driver":"overlay2","DriverStatus":[],"RegistryConfig":{"Mirrors":[]}}""", "classic image store", "(driver docker-container; the engine's classic image store cannot build for several platforms) has to be made, and its image 127.0.0.1:", FindingSeverity.Fatal)]
    [InlineData("""{"Driver":"overlay2","DriverStatus":[],"RegistryConfig":{"Mirrors":["https://mirror/"]}}""", "classic image store", "/moby/buildkit:buildx-stable-1, by the engine, which has a proxy or a mirror of its own. From here: ", FindingSeverity.Notice)]
    [InlineData("""{"Driver":"overlayfs","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]],"SecurityOptions":["name=userns"]}""", "containerd image store; users of containers are not the machine's (userns-remap)", "(driver docker-container; with userns-remap, the engine's own BuildKit runs no programs over its containerd image store) has to be made", FindingSeverity.Fatal)]
    public async Task Doctor_says_what_the_engine_is_and_what_it_builds_with(string info, string engine, string builder, FindingSeverity severity)
    {
        Docker($$"""
            case "$*" in
                info*.ID*) echo an-id ;;
                info*) echo '{{info}}' ;;
                "context show") echo mine ;;
                "context inspect"*) echo unix:///run/mine.sock ;;
                "buildx inspect acci-"*) exit 1 ;;
                "image inspect"*) exit 1 ;;
                {{Platforms}}
                *) echo 28.0.0 ;;
            esac
            """);
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], ImageMirror = $"127.0.0.1:{RegistryServer.FreePort()}" };
        using var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty.WithProgramsOf(_folder.Path) };

        var findings = await new EngineExamination(context, TimeSpan.FromMinutes(1)) { Builds = true }.RunAsync();

        Assert.StartsWith($"Docker Engine 28.0.0 at unix:///run/mine.sock (context 'mine'); {engine}; runs linux/amd64, linux/arm64", findings[0].Text, StringComparison.Ordinal);
        Assert.Contains(builder, findings[1].Text, StringComparison.Ordinal);
        Assert.Equal(("Builder", severity), (findings[1].Name, findings[1].Severity));
    }

    [Theory]
    [InlineData("linux/amd64*, linux/386", "runs linux/amd64, linux/386")]
    // Not known is not none.
    [InlineData("xx", "does not say for which platforms it runs programs")]
    public async Task Doctor_says_which_platforms_an_engine_runs_or_that_it_does_not_say(string platforms, string said)
    {
        Docker($"""case "$*" in "buildx inspect default") echo "Platforms: {platforms}" ;; *) echo 29.0.0 ;; esac""");
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [] };
        using var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty.WithProgramsOf(_folder.Path) };

        var finding = Assert.Single(await new EngineExamination(context, TimeSpan.FromMinutes(1)).RunAsync());

        Assert.Contains($"; {said}", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_slow_is_not_said_to_lack_the_builder_s_image()
    {
        // It takes connections and says nothing.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Docker($"""
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect acci-"*|"image inspect"*) exit 1 ;;
                {Platforms}
                *) echo 28.0.0 ;;
            esac
            """);
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), ImageMirror = $"{listener.LocalEndpoint}" };
        using var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty.WithProgramsOf(_folder.Path) };

        var findings = await new EngineExamination(context, TimeSpan.FromMilliseconds(200)) { Builds = true }.RunAsync();

        Assert.Contains("did not answer within 0.2 s, and the engine waits longer", findings[1].Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Notice, findings[1].Severity);
    }

    private string Docker(string script)
    {
        var file = _folder.Combine("docker");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
