using System.Security.Cryptography;
using Acci.Delivery.Caching;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>A buildx that is missing or too old is replaced by the one of the private engine where that can be fetched, and told at once where it cannot.</summary>
public sealed class DockerPluginsTests : IDisposable
{
    private const string Old = "echo 'github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3'";
    private const string Missing = "echo \"docker: 'buildx' is not a docker command.\" >&2; exit 1";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private CacheDirectory Cache => new(_folder.Combine("cache"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Old, "Docker Engine 26.1.5 answers, but its buildx 0.13.1 is older than 0.17.0. Install or update the docker-buildx plugin")]
    [InlineData("echo 'github.com/docker/buildx v0.16.2 34c195271a3f7dc64814db71438dc50dd41d7e3e'", "Docker Engine 26.1.5 answers, but its buildx 0.16.2 is older than 0.17.0.")]
    [InlineData(Missing, "Docker Engine 26.1.5 answers, but '")]
    public async Task It_is_told_where_none_can_be_fetched(string version, string problem)
    {
        var locator = Locator(Docker(version), canFetch: false);

        // What builds nothing needs none.
        var engine = await locator.LocateAsync(Cancellation);

        Assert.StartsWith(problem, (await Assert.ThrowsAsync<DeliveryException>(() => locator.WithBuildxAsync(engine, Cancellation))).Message, StringComparison.Ordinal);
        Assert.StartsWith(problem, Assert.Throws<DeliveryException>(() => EngineLocator.EnsureBuildx(engine, canFetch: false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'github.com/docker/buildx v0.17.0 10b9a9d'")]
    [InlineData("echo 'github.com/docker/buildx v0.29.1-desktop.1 x'")]
    // A developer's own.
    [InlineData("echo 'github.com/docker/buildx 2b0b1c5.m'")]
    [InlineData("echo 'github.com/docker/buildx v0.0.0+unknown '")]
    [InlineData("echo 'github.com/docker/buildx 0.20260101000000.1'")]
    public async Task One_that_serves_is_used(string version)
    {
        var engine = await Locator(Docker(version), canFetch: false).LocateAsync(Cancellation);

        Assert.Null(engine.Lack);
        Assert.Equal(Path.Combine(_folder.Path, "docker"), engine.Docker("buildx", "bake").Executable);
    }

    [Theory]
    [InlineData(Old)]
    [InlineData(Missing)]
    public async Task What_was_fetched_takes_its_place_called_as_docker_calls_its_plugins(string version)
    {
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Nothing is fetched here.");
        await FetchAsync();
        var docker = Docker(version);

        // A smoke test takes it as it is, and fetches none.
        var locator = Locator(docker, canFetch: false);
        Assert.Equal(["linux/amd64", "linux/s390x"], (await locator.WithFetchedBuildxAsync(await locator.LocateAsync(Cancellation), Cancellation)).RunnablePlatforms.Select(x => x.ToString()));

        foreach (var engine in new[] { await LocatedAsync(Locator(docker, canFetch: true)), (await Locator(docker, canFetch: true).FindAsync(Cancellation))! })
        {
            var answer = await CommandRunner.RunAsync(engine.Docker("buildx", "bake", "x"), cancellationToken: Cancellation);
            Assert.Equal($"docker-buildx for {docker}: buildx bake x", answer.StandardOutput.Trim());
            // Compose stays the command's own: it looks for buildx itself, and would find the old one.
            Assert.Equal(docker, engine.Docker("compose", "up").Executable);
            Assert.Equal(docker, engine.Docker("image", "ls").Executable);
            // Its own says of no other platform what runs there.
            Assert.Equal(["linux/amd64", "linux/s390x"], engine.RunnablePlatforms.Select(x => x.ToString()));
        }
    }

    [Fact]
    public async Task A_docker_command_without_Compose_gets_the_one_of_the_private_engine_beside_its_own_logins_and_contexts()
    {
        var docker = Write(_folder.Combine("docker"), """
            if [ "$1" = --config ]; then echo "$2 $BUILDX_CONFIG: $(cat "$2/config.json") $("$2/cli-plugins/docker-compose")"; exit; fi
            case "$*" in "compose version") exit 1 ;; "buildx version") echo v0.29.0 ;; *) echo 26.1.5 ;; esac
            """);
        var users = Directory.CreateDirectory(_folder.Combine("users")).FullName;
        await File.WriteAllTextAsync(Path.Combine(users, "config.json"), "the logins", Cancellation);
        var engine = await Locator(docker, canFetch: false).LocateAsync(Cancellation);
        EngineLocator Fetching() => new(new PrivateEngine(new EngineScripts(Cache))) { Cli = docker, CanFetch = true, Process = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", users)) };

        Assert.StartsWith($"Docker Engine 26.1.5 answers, but '{docker}' has no compose. Install the docker-compose plugin", (await Assert.ThrowsAsync<DeliveryException>(
            () => Locator(docker, canFetch: false).WithComposeAsync(engine, mayFetch: true, Cancellation))).Message, StringComparison.Ordinal);
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Nothing is fetched here.");
        Assert.Null(await Fetching().WithComposeAsync(engine, mayFetch: false, Cancellation));
        await FetchAsync();
        engine = (await Fetching().WithComposeAsync(engine with { Process = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", users)) }, mayFetch: false, Cancellation))!;

        var up = engine.Docker("compose", "up");
        Assert.Equal((docker, "--config", "compose up"), (up.Executable, up.Arguments[0], string.Join(' ', up.Arguments.Skip(2))));
        var answer = await CommandRunner.RunAsync(up, cancellationToken: Cancellation);
        Assert.Equal($"{up.Arguments[1]} {Path.Combine(users, "buildx")}: the logins docker-compose for :", answer.StandardOutput.Trim());
        // All else is as it was, and the next build finds the same.
        Assert.Equal(["image", "ls"], engine.Docker("image", "ls").Arguments);
        Assert.Equal(up.Arguments[1], (await Fetching().WithComposeAsync(engine with { ComposeConfiguration = null }, mayFetch: false, Cancellation))!.ComposeConfiguration);

        // A login is one of the user's configuration, which need not be there.
        File.Delete(Path.Combine(users, "config.json"));
        using (engine.LoginTo("registry.test", new("ada", "s3cr3t")))
        {
        }

        // Programs are run from there.
        var link = Path.Combine(up.Arguments[1], "cli-plugins");
        File.Delete(link);
        File.CreateSymbolicLink(link, users);
        Assert.Contains("programs are run from there", (await Assert.ThrowsAsync<DeliveryException>(
            () => Fetching().WithComposeAsync(engine with { ComposeConfiguration = null }, mayFetch: false, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_that_it_will_be_fetched_and_fetches_nothing()
    {
        Assert.SkipUnless(PrivateEngine.CanFetchPackages, "Nothing is fetched here.");
        Docker(Old);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], CacheDirectory = Cache }, Cancellation)
        { Environment = ProcessEnvironment.Empty.WithProgramsOf(_folder.Path) };

        var findings = await new EngineExamination(context, TimeSpan.FromSeconds(5)) { Builds = true }.RunAsync();

        Assert.Contains("its buildx 0.13.1 is older than 0.17.0, so that images are built with ACCI's own docker-buildx, which will be fetched", findings[0].Text, StringComparison.Ordinal);
        Assert.Equal([FindingSeverity.Good, FindingSeverity.Good], findings.Select(x => x.Severity));
        Assert.False(Directory.Exists(Cache.Path));
    }

    [Fact]
    public async Task Doctor_says_of_a_buildx_that_cannot_be_fetched_what_a_build_says()
    {
        var docker = Docker(Old);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], CacheDirectory = Cache }, Cancellation)
        { Environment = ProcessEnvironment.Empty.WithProgramsOf(_folder.Path) };
        context.Know("Locator", Locator(docker, canFetch: false));

        var findings = await new EngineExamination(context, TimeSpan.FromSeconds(5)) { Builds = true }.RunAsync();

        Assert.DoesNotContain("will be fetched", findings[0].Text, StringComparison.Ordinal);
        Assert.Contains("its buildx 0.13.1 is older than 0.17.0. Install or update the docker-buildx plugin", findings[1].Text, StringComparison.Ordinal);
    }

    private static async Task<DockerEngine> LocatedAsync(EngineLocator locator) => await locator.WithBuildxAsync(await locator.LocateAsync(Cancellation), Cancellation);

    private EngineLocator Locator(string docker, bool canFetch) =>
        new(new PrivateEngine(new EngineScripts(Cache))) { Cli = docker, CanFetch = canFetch, Process = ProcessEnvironment.Empty };

    private async Task FetchAsync()
    {
        var programs = Cache.Combine("engine", $"recipe-{await FetchRecipe.HashAsync(Cancellation)}");
        CacheDirectory.CreatePrivate(Cache.Path);
        foreach (var file in (string[])["bin/docker", "cli-plugins/docker-buildx", "cli-plugins/docker-compose"])
        {
            var program = Path.Combine(programs, file);
            Directory.CreateDirectory(Path.GetDirectoryName(program)!);
            Write(program, """[ "$*" = "buildx inspect default" ] && echo "Platforms: linux/amd64, linux/s390x" || echo "${0##*/} for $DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: $*" """);
            await File.WriteAllTextAsync($"{program}.sha256", Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(program, Cancellation))), Cancellation);
        }
    }

    private string Docker(string version) => Write(
        _folder.Combine("docker"),
        $"""
        case "$*" in
            "buildx version") {version} ;;
            buildx*) exit 1 ;;
            "context show") echo default ;;
            *DriverStatus*) echo io.containerd.snapshotter.v1 ;;
            *Server.Os*) echo linux/amd64 ;;
            *SecurityOptions*|info*) ;;
            *) echo 26.1.5 ;;
        esac
        """);

    private static string Write(string file, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
