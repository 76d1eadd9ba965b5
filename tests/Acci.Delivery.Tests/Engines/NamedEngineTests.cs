using System.Net.Sockets;
using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Checking;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.SmokeTests;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What a user named is used or refused, and never replaced: engines, contexts, builders.</summary>
public sealed class NamedEngineTests : IDisposable
{
    private const string Denied = "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock";

    private const string TooOld = "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version";
    private const string NoKey = "error during connect: command [ssh -l ada -- far docker system dial-stdio] has exited with exit status 255, stderr=Permission denied (publickey)";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string[] Called => File.ReadAllLines(_folder.Combine("calls"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Denied, "default", "", "This user may not use the Docker engine: " + Denied + ". Add the user to the group 'docker'")]
    [InlineData("context not found", "mine", "DOCKER_CONTEXT=mine", "The Docker engine of the context 'mine' (DOCKER_CONTEXT) does not answer: context not found. Start it, or unset DOCKER_CONTEXT.")]
    [InlineData("connection refused", "default", "DOCKER_HOST=tcp://far", "The Docker engine at tcp://far (DOCKER_HOST) does not answer: connection refused. Start it, or unset DOCKER_HOST.")]
    [InlineData("no such file", "rootless", "", "The Docker engine of the current context 'rootless' does not answer: no such file. Start it, or run `docker context use default`.")]
    // What an engine answers with an error is no silence, and not every permission is that of the socket.
    [InlineData(TooOld, "default", "", "The Docker engine at default answers with an error: " + TooOld)]
    [InlineData(TooOld, "default", "DOCKER_HOST=tcp://far", "The Docker engine at default answers with an error: " + TooOld)]
    [InlineData(TooOld, "default", "DOCKER_API_VERSION=1.41", "The Docker engine at default answers with an error: " + TooOld + ". Unset DOCKER_API_VERSION; or update the docker command")]
    [InlineData("Error response from daemon: authorization denied by plugin audit: no", "default", "", "The Docker engine at default answers with an error: ")]
    [InlineData("Error response from daemon: authorization denied by plugin audit: no", "default", "DOCKER_API_VERSION=1.41", "The Docker engine at default answers with an error: Error response from daemon: authorization denied by plugin audit: no. Update the docker command")]
    [InlineData("request returned 500 Internal Server Error for API route and version http://x/v1.44/version, check if the server supports it", "default", "", "The Docker engine at default answers with an error: ")]
    [InlineData(NoKey, "default", "DOCKER_HOST=ssh://ada@far", "The Docker engine at ssh://ada@far (DOCKER_HOST) does not answer: " + NoKey + ". Start it")]
    [InlineData("open /home/ada/.docker/key.pem: permission denied", "default", "DOCKER_HOST=tcp://far:2376", "The Docker engine at tcp://far:2376 (DOCKER_HOST) does not answer: open")]
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
    public async Task An_engine_that_listens_is_not_replaced_where_no_docker_command_can_ask_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Engines listen on pipes there.");
        var path = _folder.Combine("docker.sock");
        EngineLocator Locator() => new(new PrivateEngine(new EngineScripts(new CacheDirectory(_folder.Combine("cache"))))) { Cli = null, Process = ProcessEnvironment.Empty, Socket = path };
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            var expected = $"A Docker engine listens on {path}, but there is no 'docker' command on the PATH. Install the Docker command line.";
            Assert.Equal(expected, (await Assert.ThrowsAsync<DeliveryException>(() => Locator().LocateAsync(Cancellation))).Message);
            Assert.Equal(expected, (await Assert.ThrowsAsync<DeliveryException>(() => Locator().FindAsync(Cancellation))).Message);
        }

        // One that hangs takes no more connections after a while.
        File.Delete(path);
        using (var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(0);
            using var waiting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await waiting.ConnectAsync(new UnixDomainSocketEndPoint(path), Cancellation);
            var error = await Assert.ThrowsAsync<DeliveryException>(() => Task.Run(() => Locator().LocateAsync(Cancellation), Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
            Assert.StartsWith($"A Docker engine listens on {path}", error.Message, StringComparison.Ordinal);
        }

        File.Delete(path);

        // What an engine that has ended leaves is none.
        Assert.SkipUnless(PrivateEngine.Obstacle is null, "No private engine would be started here.");
        await File.WriteAllTextAsync(path, "", Cancellation);
        Assert.Null(await Locator().FindAsync(Cancellation));
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
            var environment = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _folder.Combine(".docker")));
            return (await new DockerEngine(docker) { Process = environment }.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation)).Builder!;
        }

        var first = await BuilderOf("one", "unix:///var/run/docker.sock");

        Assert.Contains($"buildx create --name {first} --driver docker-container --driver-opt network=host --driver-opt image=docker.io/moby/buildkit:buildx-stable-1", Called);
        Assert.Contains($"buildx inspect --bootstrap {first}", Called);
        Assert.Equal(first, await BuilderOf("one", "unix:///var/run/docker.sock"));
        Assert.NotEqual(first, await BuilderOf("two", "unix:///var/run/docker.sock"));
        Assert.NotEqual(first, await BuilderOf("one", "ssh://far"));

        // With it, buildx makes builders: an authority that is trusted from now on is one for a new builder.
        Directory.CreateDirectory(_folder.Combine(".docker", "buildx"));
        var configuration = _folder.Combine(".docker", "buildx", "buildkitd.default.toml");
        await File.WriteAllTextAsync(configuration, "[registry.\"mirror.corp\"]\n  ca=[\"/etc/ssl/corp.pem\"]\n", Cancellation);
        var second = await BuilderOf("one", "unix:///var/run/docker.sock");
        Assert.NotEqual(first, second);
        Assert.Equal(second, await BuilderOf("one", "unix:///var/run/docker.sock"));
    }

    [Theory]
    [InlineData("""{"HttpsProxy":"http://engine:3128","NoProxy":"localhost,.corp"}""", "--driver-opt env.HTTPS_PROXY=http://engine:3128 --driver-opt \"env.NO_PROXY=localhost,.corp\"")]
    // Those of the build may be of another machine.
    [InlineData("{}", "")]
    // What docker does not tell is not handed on, and no login is ever an argument.
    [InlineData("""{"HttpsProxy":"http://xxxxx:xxxxx@engine:3128","HttpProxy":"http://engine:3128"}""", "--driver-opt env.HTTP_PROXY=http://engine:3128")]
    public async Task A_builder_has_the_proxies_of_its_engine_alone(string info, string options)
    {
        async Task<string> CreatedAsync(string info, ProcessEnvironment environment)
        {
            var docker = Docker($$"""
                case "$*" in
                    *DriverStatus*) echo "[]" ;;
                    *.ID*) echo one ;;
                    info*) echo '{{info}}' ;;
                    "buildx inspect") echo "Driver: docker" ;;
                    "buildx inspect --bootstrap"*) ;;
                    "buildx inspect"*|"container inspect"*) exit 1 ;;
                    *) echo one ;;
                esac
                """);
            await new DockerEngine(docker) { Process = environment }.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation);
            return Called.Last(x => x.StartsWith("buildx create", StringComparison.Ordinal));
        }

        var with = await CreatedAsync(info, ProcessEnvironment.Empty.With(("https_proxy", "http://build:3128"), ("HTTP_PROXY", "")));

        Assert.EndsWith($"--driver-opt image=docker.io/moby/buildkit:buildx-stable-1 {options}".TrimEnd(), with, StringComparison.Ordinal);
        // It keeps them, so another one is made where they are others.
        Assert.Equal(options.Length == 0, with.Split(' ')[3] == (await CreatedAsync("{}", ProcessEnvironment.Empty)).Split(' ')[3]);
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
    [InlineData("create", "exit 1", "--force")]
    [InlineData("inspect --bootstrap", "exit 1", "--force")]
    // Another build may be in it.
    [InlineData("inspect --bootstrap", "echo a-container", "--force --keep-daemon")]
    public async Task A_builder_that_cannot_be_started_is_not_left_half_made(string failing, string container, string how)
    {
        var docker = Docker($$"""
            case "$*" in
                "container inspect"*" buildx_buildkit_acci-"*0) {{container}} ;;
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
        Assert.Equal($"buildx rm {how} {made}", Called[^1]);
        // buildx knows it no longer, so that it takes docker to remove it.
        Assert.Equal(how.Contains("keep", StringComparison.Ordinal), error.Message.Contains($"`docker rm --force buildx_buildkit_{made}0`", StringComparison.Ordinal));
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
                "buildx inspect"*|"context inspect acci-"*|"container inspect"*) exit 1 ;;
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

    [Theory]
    [InlineData(null, "", "The builder 'acci-")]
    [InlineData("ERROR: x509: certificate has expired", "exit 1", "does not start: x509: certificate has expired. Remove it with `docker buildx rm acci-")]
    public async Task A_builder_of_an_earlier_build_gets_the_certificates_of_today_and_is_started_or_told(string? problem, string end, string told)
    {
        // What is kept with the builder is not kept with a login, which is gone after the build.
        using var login = new TemporaryLogin("registry.example.com", new Credentials("ada", "open sesame"), _folder.Path);
        var docker = Docker($$"""
            case "$*" in *context*-tls*) [ "$1" = --config ] || mkdir -p '{{_folder.Combine("contexts", "meta", "one")}}' && touch '{{_folder.Combine("contexts", "meta", "one", "meta.json")}}' ;; esac
            [ "$1" = --config ] && shift 2
            case "$*" in
                *DriverStatus*) echo "[]" ;;
                "buildx inspect") echo "Driver: docker" ;;
                "buildx inspect --bootstrap"*) echo '{{problem}}' >&2; {{end}} ;;
                *) echo one ;;
            esac
            """);
        foreach (var file in (string[])["ca", "cert", "key"]) await File.WriteAllTextAsync(_folder.Combine($"{file}.pem"), "", Cancellation);
        var engine = new DockerEngine(docker) { Login = login, Process = ProcessEnvironment.Empty.With(("DOCKER_HOST", "tcp://there:2376"), ("DOCKER_TLS", "1"), ("DOCKER_CERT_PATH", _folder.Path)) };

        var failure = await Record.ExceptionAsync(() => engine.WithBuilderAsync(DockerEngine.BuilderImage, Cancellation));

        if (problem is null) Assert.Null(failure);
        else Assert.Contains(told, failure?.Message, StringComparison.Ordinal);
        var update = Called.Single(x => x.Contains("context update", StringComparison.Ordinal));
        // DOCKER_TLS alone does not ask who the engine is.
        Assert.Matches($"^context update acci-[0-9a-f]+-tls --docker host=tcp://there:2376,skip-tls-verify=true,cert={_folder.Path}/cert.pem,key={_folder.Path}/key.pem$", update);
        Assert.True(File.Exists(Path.Combine(login.Folder, "contexts", "meta", "one", "meta.json")));
    }

    [Theory]
    [InlineData("default", "mine", "[]", null, "The builder 'default' (BUILDX_BUILDER) cannot be used: it is the engine of the context 'default', and the current context is 'mine'. Set DOCKER_CONTEXT")]
    [InlineData("mine", "mine", "[]", null, "The builder 'mine' (BUILDX_BUILDER) cannot be used: the engine's classic image store cannot build for several platforms.")]
    [InlineData("other", "mine", "io.containerd.snapshotter.v1", null, "The builder 'other' (BUILDX_BUILDER) cannot be used: it is the engine of the context 'other'")]
    [InlineData("mine", "mine", "io.containerd.snapshotter.v1", "the engine's own, over its containerd image store", null)]
    public async Task A_builder_that_is_an_engine_is_used_or_refused_by_its_name(string name, string context, string store, string? description, string? problem)
    {
        var docker = Docker($"""
            case "$*" in
                *DriverStatus*) echo '{store}' ;;
                "context show") echo {context} ;;
                "buildx inspect") printf 'Name: {name}\nDriver: docker\n' ;;
            esac
            """);
        var engine = new DockerEngine(docker) { Process = ProcessEnvironment.Empty.With(("BUILDX_BUILDER", name)) };

        if (problem is null) Assert.Equal(description, (await EngineBuilder.FindAsync(engine, DockerEngine.BuilderImage, Cancellation)).Description);
        else Assert.StartsWith(problem, (await Assert.ThrowsAsync<DeliveryException>(() => EngineBuilder.FindAsync(engine, DockerEngine.BuilderImage, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_buildx_that_may_not_write_where_it_keeps_builders_is_told_at_once()
    {
        var docker = Docker("""case "$*" in "buildx inspect") echo 'ERROR: mkdir /mnt/of-docker/buildx: read-only file system' >&2; exit 1 ;; esac""");

        var error = await Assert.ThrowsAsync<DeliveryException>(
            () => EngineBuilder.FindAsync(new DockerEngine(docker) { Process = ProcessEnvironment.Empty }, DockerEngine.BuilderImage, Cancellation));

        Assert.StartsWith("docker buildx does not work here: ERROR: mkdir /mnt/of-docker/buildx: read-only file system. If it may not write", error.Message, StringComparison.Ordinal);
        Assert.Contains("BUILDX_CONFIG", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Docker Engine", "docker", "[]", 0, false)]
    [InlineData("Docker Engine", "docker", "io.containerd.snapshotter.v1", 0, true)]
    [InlineData("Docker Engine", "remote", "[]", 1, true)]
    [InlineData("Podman", "docker-container", "[]", null, false)]
    public async Task Dockerfiles_are_checked_by_the_engine_s_own_BuildKit_or_the_builder_that_is_the_current_one(string product, string driver, string store, int? starts, bool readsLayouts)
    {
        var docker = Docker($$"""
            case "$*" in
                "buildx inspect") printf 'Name: {{(driver == "remote" ? "mine" : "default")}}\nDriver: {{driver}}\n' ;;
                "context show") echo default ;;
                *DriverStatus*) echo '{{store}}' ;;
            esac
            """);
        var engine = new DockerEngine(docker) { Product = product, Process = ProcessEnvironment.Empty };

        if (starts is null)
        {
            Assert.Contains("has no BuildKit", (await Assert.ThrowsAsync<DeliveryException>(() => engine.StartCheckerAsync(Cancellation))).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(readsLayouts, await engine.StartCheckerAsync(Cancellation));
        Assert.Equal(starts, Called.Count(x => x == "buildx inspect --bootstrap mine"));
        Assert.DoesNotContain(Called, x => x.StartsWith("buildx create", StringComparison.Ordinal));
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
