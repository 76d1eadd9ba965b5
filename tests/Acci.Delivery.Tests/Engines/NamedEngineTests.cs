using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Checking;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.SmokeTests;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What a user named is used or refused, and never replaced: engines, contexts, builders.</summary>
public sealed class NamedEngineTests : IDisposable
{
    private const string Denied = "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] Called => File.ReadAllLines(_folder.Combine("calls"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Denied, "default", "", "This user may not use the Docker engine: " + Denied + ". Add the user to the group 'docker'")]
    [InlineData("context not found", "mine", "DOCKER_CONTEXT=mine", "The Docker engine of the context 'mine' (DOCKER_CONTEXT) does not answer: context not found. Start it, or unset DOCKER_CONTEXT.")]
    [InlineData("connection refused", "default", "DOCKER_HOST=tcp://far", "The Docker engine at tcp://far (DOCKER_HOST) does not answer: connection refused. Start it, or unset DOCKER_HOST.")]
    [InlineData("no such file", "rootless", "", "The Docker engine of the current context 'rootless' does not answer: no such file. Start it, or run `docker context use default`.")]
    public async Task An_engine_that_is_named_or_closed_is_not_replaced(string reason, string context, string variable, string problem)
    {
        var docker = Docker($"""case "$1" in context) echo {context} ;; *) echo "{reason}" >&2; exit 1 ;; esac""");
        var environment = variable.Split('=') is [var name, var value] ? ProcessEnvironment.Empty.With((name, value)) : ProcessEnvironment.Empty;

        var error = await Assert.ThrowsAsync<DeliveryException>(() => EngineLocator.FindRunningAsync(environment.WithProgramsOf(Path.GetDirectoryName(docker)!), Cancellation));

        Assert.StartsWith(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", $"echo '{Denied}' >&2; exit 1", "This user may not use the Docker engine: " + Denied)]
    [InlineData("DOCKER_HOST=tcp://far", "echo 'connection refused' >&2; exit 1", "The Docker engine at tcp://far (DOCKER_HOST) does not answer: connection refused.")]
    [InlineData("", "echo 20.10.24", "Docker Engine 20.10.24 is too old: version 25.0 or later is needed.")]
    [InlineData("", """case "$*" in --version) echo podman version 5.0.0 ;; *) echo 5.0.0 ;; esac""", "is Podman 5.0.0, which has no buildx.")]
    public async Task An_engine_that_a_run_would_refuse_ends_its_dry_run_and_is_in_Doctors_report(string variable, string answer, string problem)
    {
        var docker = Docker(answer);
        var environment = (variable.Split('=') is [var name, var value] ? ProcessEnvironment.Empty.With((name, value)) : ProcessEnvironment.Empty).WithProgramsOf(Path.GetDirectoryName(docker)!);

        foreach (var (scope, verb) in Verbs)
        {
            foreach (var act in (Func<Verb, Task>[])[x => x.PlanAsync(), x => x.RunAsync()])
            {
                var context = Context(environment);
                var error = await Assert.ThrowsAsync<DeliveryException>(() => act(new PreparedVerb(context, scope, verb(context))));
                Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            }
        }

        var finding = Assert.Single(await new Examination(Context(environment), new DeliveryScope()).RunAsync(), x => x.Name == "Docker engine");
        Assert.Contains(problem, finding.Text, StringComparison.Ordinal);
        Assert.Equal(FindingSeverity.Fatal, finding.Severity);
    }

    [Fact]
    public async Task A_dry_run_looks_for_the_engine_once_and_fails_where_no_builder_can_be_made()
    {
        var docker = Docker("""
            case "$*" in
                *DriverStatus*|*SecurityOptions*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect acci-"*|"image inspect"*) exit 1 ;;
                "context inspect"*) echo unix:///var/run/docker.sock ;;
                *) echo 29.0.0 ;;
            esac
            """);
        var context = Context(ProcessEnvironment.Empty.WithProgramsOf(Path.GetDirectoryName(docker)!), "127.0.0.1:1");

        foreach (var (_, verb) in Verbs[..2])
        {
            var error = await Assert.ThrowsAsync<DeliveryException>(new PreparedVerb(context, new DeliveryScope { UsesEngine = true, Builds = true }, verb(context)).PlanAsync);
            Assert.Contains("has to be made, and its image 127.0.0.1:1/moby/buildkit:buildx-stable-1 cannot be pulled", error.Message, StringComparison.Ordinal);
        }

        Assert.Single(Called, "version --format {{.Server.Version}}");
        Assert.DoesNotContain(Called, x => x.StartsWith("buildx create", StringComparison.Ordinal));
    }

    private static (DeliveryScope Scope, Func<DeliveryContext, Verb> Of)[] Verbs =>
    [
        (new() { UsesEngine = true, Builds = true }, x => new BuildImages(x)),
        (new() { UsesEngine = true }, x => new SmokeTestImages(x)),
        (new() { UsesEngine = true }, x => new CheckImages(x, _ => { })),
    ];

    private DeliveryContext Context(ProcessEnvironment environment, string? mirror = null) => new(
        new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), ImageMirror = mirror, CacheDirectory = new CacheDirectory(_folder.Combine("cache")) },
        Cancellation)
        { Environment = environment };

    [Theory]
    [InlineData("DOCKER_HOST", "tcp://far", null, "DOCKER_HOST names tcp://far, but there is no 'docker' command on the PATH.")]
    [InlineData("DOCKER_CONTEXT", "mine", null, "DOCKER_CONTEXT names mine, but there is no 'docker' command on the PATH.")]
    [InlineData("X", "y", "mine", "The current context of docker's configuration names mine, but there is no 'docker' command on the PATH.")]
    [InlineData("X", "y", "default", null)]
    [InlineData("BUILDX_BUILDER", "mine", "", null)]
    public async Task An_engine_that_is_named_is_not_replaced_where_no_docker_command_can_ask_it(string variable, string value, string? current, string? problem)
    {
        if (current is not null) await File.WriteAllTextAsync(_folder.Combine("config.json"), $$"""{"currentContext":"{{current}}"}""", Cancellation);
        var environment = ProcessEnvironment.Empty.With((variable, value), ("DOCKER_CONFIG", _folder.Path), ("PATH", _folder.Path));

        if (problem is null) Assert.Null(await EngineLocator.FindRunningAsync(environment, Cancellation));
        else Assert.StartsWith(problem, (await Assert.ThrowsAsync<DeliveryException>(() => EngineLocator.FindRunningAsync(environment, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_builder_that_is_named_where_no_engine_answers_is_in_Doctors_report()
    {
        Assert.SkipUnless(PrivateEngine.Obstacle is null, "No private engine would be started here.");
        var environment = ProcessEnvironment.Empty.With(("BUILDX_BUILDER", "mine"), ("PATH", _folder.Path));

        var finding = Assert.Single(await new Examination(Context(environment, "127.0.0.1:1"), new DeliveryScope { Builds = true }).RunAsync(), x => x.Name == "Builder");

        Assert.Equal(FindingSeverity.Fatal, finding.Severity);
        Assert.StartsWith("The builder 'mine' (BUILDX_BUILDER) cannot be used: no Docker engine answers.", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_an_engine_has_none()
    {
        var docker = Docker("""case "$1" in context) echo default ;; *) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;; esac""");

        Assert.Null(await EngineLocator.FindRunningAsync(ProcessEnvironment.Empty.WithProgramsOf(Path.GetDirectoryName(docker)!), Cancellation));
    }

    [Fact]
    public async Task Each_engine_has_a_builder_of_its_own()
    {
        async Task<string> BuilderOf(string id, string endpoint)
        {
            var docker = Docker($$"""
                case "$*" in
                    *DriverStatus*) echo "[]" ;;
                    *info*) echo {{id}} ;;
                    context*) echo {{endpoint}} ;;
                    "buildx inspect") echo "Driver: docker" ;;
                    "buildx inspect --bootstrap"*) ;;
                    "buildx inspect"*) exit 1 ;;
                esac
                """);
            return (await new DockerEngine(docker) { Process = ProcessEnvironment.Empty }.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)).Builder!;
        }

        var first = await BuilderOf("one", "unix:///var/run/docker.sock");

        Assert.Contains($"buildx create --name {first} --driver docker-container --driver-opt network=host --driver-opt image=docker.io/moby/buildkit:buildx-stable-1", Called);
        Assert.Contains($"buildx inspect --bootstrap {first}", Called);
        Assert.Equal(first, await BuilderOf("one", "unix:///var/run/docker.sock"));
        Assert.NotEqual(first, await BuilderOf("two", "unix:///var/run/docker.sock"));
        Assert.NotEqual(first, await BuilderOf("one", "ssh://far"));
    }

    [Theory]
    [InlineData("docker-container", null, 1)]
    [InlineData("docker-container", "dial tcp: lookup registry-1.docker.io: no such host", 2)]
    [InlineData("docker-container", "unexpected status: 503 Service Unavailable", 2)]
    [InlineData("remote", "unknown driver option", 1)]
    public async Task The_current_builder_is_started_before_anything_is_built(string driver, string? problem, int starts)
    {
        var docker = Docker($$"""
            case "$*" in
                "buildx inspect") printf 'Name: mine\nDriver: {{driver}}\n' ;;
                "buildx inspect --bootstrap"*) {{(problem is null ? "" : $"echo 'ERROR: {problem}' >&2; exit 1")}} ;;
                *) echo one ;;
            esac
            """);
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty };

        if (problem is null)
        {
            Assert.Null((await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)).Builder);
        }
        else
        {
            var error = await Assert.ThrowsAsync<DeliveryException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));
            var remedy = driver == "remote" ? "Check that it is running" : "If its image cannot be pulled";
            Assert.StartsWith($"The builder 'mine', which is the current one (driver {driver}), does not start: {problem}. {remedy}", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(starts, Called.Count(x => x == "buildx inspect --bootstrap mine"));
        Assert.DoesNotContain(Called, x => x.StartsWith("buildx create", StringComparison.Ordinal) || x.StartsWith("buildx rm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("inspect --bootstrap")]
    public async Task A_builder_that_cannot_be_started_is_not_left_half_made(string failing)
    {
        var docker = Docker($$"""
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx {{failing}}"*) echo "ERROR: pulling moby/buildkit" >&2; exit 1 ;;
                "buildx inspect"*) exit 1 ;;
                *) echo one ;;
            esac
            """);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => new DockerEngine(docker) { Process = ProcessEnvironment.Empty }.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        Assert.Contains("cannot start a builder from docker.io/moby/buildkit:buildx-stable-1: pulling moby/buildkit. Name a registry", error.Message, StringComparison.Ordinal);
        var made = Called.Single(call => call.StartsWith("buildx create", StringComparison.Ordinal)).Split(' ')[3];
        Assert.Equal($"buildx rm --force {made}", Called[^1]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("exit 1")]
    public async Task A_builder_that_another_build_makes_meanwhile_is_used_and_never_removed(string start)
    {
        var docker = Docker($$"""
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect --bootstrap"*) {{start}} ;;
                "buildx inspect"*) [ -e "${0%/*}/made" ] ;;
                "buildx create"*) touch "${0%/*}/made"; echo 'ERROR: existing instance for "x" but no append mode' >&2; exit 1 ;;
                *) echo one ;;
            esac
            """);
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty };

        if (start.Length == 0) Assert.StartsWith("acci-", (await engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)).Builder, StringComparison.Ordinal);
        else await Assert.ThrowsAnyAsync<DeliveryException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        Assert.DoesNotContain(Called, call => call.StartsWith("buildx rm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("exit 1")]
    public async Task A_builder_of_an_engine_that_the_environment_has_certificates_for_gets_them_by_a_context(string start)
    {
        var docker = Docker($$"""
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect --bootstrap"*) {{start}} ;;
                "buildx inspect"*|"context inspect acci-"*) exit 1 ;;
                *) echo one ;;
            esac
            """);
        foreach (var file in (string[])["ca", "cert", "key"]) await File.WriteAllTextAsync(_folder.Combine($"{file}.pem"), "", Cancellation);
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty.With(("DOCKER_HOST", "tcp://there:2376"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", _folder.Path)) };

        var failure = await Record.ExceptionAsync(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        var name = Called.Single(call => call.StartsWith("buildx create", StringComparison.Ordinal)).Split(' ')[3];
        Assert.Contains($"context create {name}-tls --docker host=tcp://there:2376,ca={_folder.Path}/ca.pem,cert={_folder.Path}/cert.pem,key={_folder.Path}/key.pem", Called);
        Assert.EndsWith($" {name}-tls", Called.Single(call => call.StartsWith("buildx create", StringComparison.Ordinal)), StringComparison.Ordinal);
        if (start.Length == 0) Assert.Null(failure);
        else Assert.Equal([$"buildx rm --force {name}", $"context rm --force {name}-tls"], Called[^2..]);
    }

    [Theory]
    [InlineData(null, "Docker Engine", "mine")]
    [InlineData("theirs", "Docker Engine", null)]
    [InlineData(null, "Podman", null)]
    public async Task The_engine_s_own_builder_is_called_as_its_context_is_unless_another_is_named_or_it_has_none(string? named, string product, string? builder)
    {
        var engine = new DockerEngine(Docker("""case "$*" in "context show") echo mine ;; esac""")) { Process = ProcessEnvironment.Empty.With(("BUILDX_BUILDER", named ?? "")), Product = product };

        Assert.Equal(builder, await engine.OwnBuilderAsync(Cancellation));
    }

    [Fact]
    public async Task A_named_builder_that_is_not_there_is_not_replaced()
    {
        var docker = Docker("""case "$*" in "buildx inspect") echo 'ERROR: no builder "mine" found' >&2; exit 1 ;; esac""");
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty.With(("BUILDX_BUILDER", "mine")) };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        Assert.Equal("The builder 'mine' (BUILDX_BUILDER) cannot be used: ERROR: no builder \"mine\" found. `docker buildx ls` lists the builders.", error.Message);
    }

    private string Docker(string answer)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine("docker");
        File.WriteAllText(script, $"#!/bin/sh\necho \"$*\" >> '{_folder.Combine("calls")}'\n{answer}\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }
}
