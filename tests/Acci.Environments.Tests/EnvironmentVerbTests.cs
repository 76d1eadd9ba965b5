using System.Net;
using System.Net.Sockets;
using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

public sealed class EnvironmentVerbTests : IDisposable
{
    private readonly SettingsFolder _settings = new();
    private ProcessEnvironment _environment = TestEnvironment.OutsideWorkflows;

    private DeliveryContext Context => new(
        new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [] }, TestContext.Current.CancellationToken) { Environment = _environment };

    private ComposeUp Up => new(Context, BakeryEnvironments.Declaration, "prod");

    public void Dispose() => _settings.Dispose();

    [Fact]
    public async Task Replicas_that_would_need_more_connections_than_PostgreSQL_takes_are_told_with_both_settings()
    {
        using var docker = new DockerStandIn("""case "$*" in version*) echo 29.0.0 ;; "volume inspect"*) exit 1 ;; "buildx inspect"*) echo "Platforms: linux/amd64" ;; info*) echo inactive false 0 ;; esac""");
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        Typed("BAKERY_REPLICAS=9\nBAKERY_PORTS=8080-8088\n");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Up.PlanAsync());

        Assert.Contains("BAKERY_REPLICAS", error.Message, StringComparison.Ordinal);
        Assert.Contains("APP__DATABASE__MAXIMUM_CONNECTIONS", error.Message, StringComparison.Ordinal);

        Typed("BAKERY_REPLICAS=9\nBAKERY_PORTS=8080-8088\nAPP__DATABASE__MAXIMUM_CONNECTIONS=5\nBAKERY_IMAGE=bakery:1\nBAKERY_POSTGRES_IMAGE=postgres:15\nBAKERY_REDIS_IMAGE=redis:7\n");
        await Up.PlanAsync();
        Assert.Contains(docker.Called, x => x.EndsWith("config --hash *", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("systemd false", true)]
    [InlineData("cgroupfs false", true)]
    [InlineData("systemd true", false)]
    // It ignores all limits.
    [InlineData("none false", false)]
    [InlineData("", false)]
    public async Task An_engine_that_cannot_limit_processors_is_told_before_anything_is_started(string answer, bool isRefused)
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                version*) echo 29.0.0 ;; "volume inspect"*) exit 1 ;; "buildx inspect"*) echo "Platforms: linux/amd64" ;;
                *CPUCfsQuota*) echo "{answer}" ;; info*) echo inactive false 0 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        Typed("BAKERY_REPLICAS=2\nBAKERY_PORTS=8080-8088\nBAKERY_IMAGE=bakery:1\nBAKERY_POSTGRES_IMAGE=postgres:15\nBAKERY_REDIS_IMAGE=redis:7\n");

        var failure = await Record.ExceptionAsync(() => Up.PlanAsync());

        if (isRefused) Assert.Matches("^Docker Engine 29.0.0 cannot set the CPU limit of '[a-z]+': .* Nothing was started", Assert.IsType<DeliveryException>(failure).Message);
        else Assert.Null(failure);
    }

    [Theory]
    // As after a build as root.
    [InlineData("images", false)]
    [InlineData("publish", false)]
    [InlineData("compose", true)]
    public async Task A_folder_of_artifacts_that_it_does_not_write_refuses_no_environment(string folder, bool isRefused)
    {
        var script = """case "$*" in version*) echo 29.0.0 ;; "volume inspect"*) exit 1 ;; "buildx inspect"*) echo "Platforms: linux/amd64" ;; info*) echo inactive false 0 ;; esac""";
        using var docker = new DockerStandIn(script);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        Typed("BAKERY_REPLICAS=2\nBAKERY_PORTS=8080-8088\nBAKERY_IMAGE=bakery:1\nBAKERY_POSTGRES_IMAGE=postgres:15\nBAKERY_REDIS_IMAGE=redis:7\n");
        var obstacle = Path.Combine(Context.Options.Artifacts, folder);
        Directory.CreateDirectory(Context.Options.Artifacts);
        await File.WriteAllTextAsync(obstacle, "", TestContext.Current.CancellationToken);

        foreach (var verb in (Verb[])[Up, new DeployStack(Context, BakeryEnvironments.Declaration, "prod")])
        {
            var failure = await Record.ExceptionAsync(verb.PlanAsync);
            Assert.Equal(isRefused, failure?.Message.Contains($"{obstacle} cannot be written", StringComparison.Ordinal) is true);
        }
    }

    [Fact]
    public void A_variable_that_nothing_reads_is_known_and_no_other()
    {
        Typed("BAKERY_REPLICAS=2\nBAKERY_PORTS=8080-8088\nBAKERY_IMAGE=bakery:1\nAPP__DATABASE__PASSWORD_FILE=/run/x\nCOMPOSE_PROFILES=a\nDOCKER_HOST=tcp://a\nBAKERY_IMGAE=b\nTags__0=z\n");

        var plan = EnvironmentPlan.Of(new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration), "prod", ProcessEnvironment.Empty);

        Assert.Equal(["BAKERY_IMGAE", "Tags__0"], plan.UnreadVariables.Order(StringComparer.Ordinal));
        Assert.Empty(EnvironmentPlan.Of(new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration), "prod", ProcessEnvironment.Empty with
        {
            Variables = new Dictionary<string, string> { ["ELSE"] = "x" },
        }).UnreadVariables.Except(["BAKERY_IMGAE", "Tags__0"]));
    }

    [Fact]
    public async Task A_service_of_an_image_that_the_build_has_not_is_refused_before_an_engine_is_asked()
    {
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [new("bakery-shop")] }, TestContext.Current.CancellationToken) { Environment = _environment };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new ComposeUp(context, BakeryEnvironments.Declaration, "prod").RunAsync());

        Assert.Contains("there is no image 'bakery'; the build has bakery-shop", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c1", "", "has not ended yet")]
    [InlineData("", "n1", "has not ended yet")]
    [InlineData("", "", "Nothing was published")]
    public async Task Nothing_starts_on_the_data_of_a_stack_that_is_still_ending(string containers, string networks, string problem)
    {
        using var docker = new DockerStandIn($$"""
            case "$*" in
                version*) echo 29.0.0 ;;
                *.Swarm.*) echo active true 1 abc ;;
                "ps --all"*com.docker.stack.namespace*) echo {{containers}} ;;
                "network ls"*com.docker.stack.namespace*) echo {{networks}} ;;
                "buildx inspect"*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                pull*|"volume inspect"*) exit 1 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);

        foreach (var verbOf in (Func<DeliveryContext, EnvironmentVerb>[])[x => new ComposeUp(x, BakeryEnvironments.Declaration, "prod"), x => new DeployStack(x, BakeryEnvironments.Declaration, "prod")])
        {
            using var context = Context;
            var verb = verbOf(context);
            var error = await Assert.ThrowsAnyAsync<DeliveryException>(verb.RunAsync);

            Assert.Contains(problem, error.Message, StringComparison.Ordinal);
            if (problem.StartsWith("has", StringComparison.Ordinal)) Assert.Contains("ComposeDown --environment prod", error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(docker.Called, x => x.Contains(" up ", StringComparison.Ordinal) || x.StartsWith("stack deploy", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(_settings.Root, "deploy", "compose")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_port_that_is_taken_here_refuses_only_an_environment_that_starts_here(bool isHere)
    {
        using var docker = new DockerStandIn($$"""
            case "$*" in
                {{(isHere ? DockerReply.PullsFromLoopback : "")}}
                pull*) exit 1 ;;
                version*) echo 29.0.0 ;;
                "buildx inspect"*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                info*) echo inactive false 0 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Typed($"BAKERY_REPLICAS=1\nBAKERY_PORTS={((IPEndPoint)other.LocalEndpoint).Port}\n");

        var failure = await Record.ExceptionAsync(() => Up.PrepareAsync(new DeliveryScope()));

        if (isHere) Assert.Contains("BAKERY_PORTS", failure?.Message, StringComparison.Ordinal);
        else Assert.Null(failure);
    }

    [Theory]
    [InlineData("ssh://elsewhere")]
    // A socket of this machine may lead to another one.
    [InlineData("unix:///var/run/docker.sock")]
    public async Task An_engine_that_does_not_see_the_files_is_refused_before_anything_is_written(string endpoint)
    {
        using var docker = new DockerStandIn($"""
            case "$1 $2" in
                "context inspect") echo {endpoint} ;;
                "buildx inspect") echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                version*) echo 29.0.0 ;;
                pull*) exit 1 ;;
                create*) echo "bind source path does not exist: /x" >&2; exit 1 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        var locks = Directory.CreateDirectory(Path.Combine(_settings.Root, "deploy", "locks"));
        await File.WriteAllTextAsync(Path.Combine(locks.FullName, "images.json"), "{}", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Up.RunAsync());

        Assert.Contains(endpoint, error.Message, StringComparison.Ordinal);
        Assert.Contains("bind source path does not exist: /x", error.Message, StringComparison.Ordinal);
        Assert.Contains("DeployStack --environment prod", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_settings.Root, "deploy", "compose")));
    }

    [Fact]
    public async Task An_engine_that_sees_the_files_is_not_refused_whatever_its_address_is()
    {
        using var docker = new DockerStandIn("""
            case "$1 $2" in
                "context inspect") echo tcp://localhost:2375 ;;
                "buildx inspect") echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                version*) echo 29.0.0 ;;
                info*) echo inactive false 0 ;;
                pull*|"volume inspect") exit 1 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Up.RunAsync());

        // That is looked at after it.
        Assert.StartsWith("Nothing was published", error.Message, StringComparison.Ordinal);
        Assert.Contains(docker.Called, x => x.StartsWith("create ", StringComparison.Ordinal) && x.Contains($"src={_settings.Root},dst=/folder", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead, "name=userns", "chmod o+r")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, "name=userns", null)]
    [InlineData(UnixFileMode.UserRead, "name=rootless", null)]
    public async Task A_file_of_the_machine_that_remapped_users_cannot_read_is_told_before_anything_is_started(UnixFileMode mode, string security, string? problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have other rights on Windows.");
        using var docker = new DockerStandIn($$"""
            case "$*" in
                *SecurityOptions*) echo '["{{security}}"]' ;;
                "buildx inspect"*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                version*) echo 29.0.0 ;;
                info*) echo inactive false 0 ;;
                pull*|"volume inspect"*) exit 1 ;;
            esac
            """);
        var file = Path.Combine(_settings.Root, ".nuget", "NuGet", "NuGet.Config");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "<configuration/>", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, mode);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!) with { Home = _settings.Root };
        var declaration = BakeryEnvironments.Declaration with
        {
            Define = environment =>
            {
                var sources = environment.Variable("NUGET_CONFIG", "Package sources", "/dev/null", new MachineFile("nuget-config"));
                var defined = BakeryEnvironments.Declaration.Define(environment);
                var app = defined.Services[0];
                return defined with { Services = [app with { Compose = app.Compose with { Volumes = [Mount.Bind(sources, "/run/nuget-config")] } }, .. defined.Services.Skip(1)] };
            },
        };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new ComposeUp(Context, declaration, "prod").RunAsync());

        if (problem is null) Assert.StartsWith("Nothing was published", error.Message, StringComparison.Ordinal);
        else Assert.Matches($"{System.Text.RegularExpressions.Regex.Escape(file)} may be read by its owner alone.*{System.Text.RegularExpressions.Regex.Escape(problem)}.*BAKERY_NUGET_CONFIG", error.Message);
    }

    [Theory]
    [InlineData("unix:///var/run/docker.sock", true, 3, "a swarm of 3 nodes does not get it")]
    [InlineData("ssh://elsewhere", false, 1, "the swarm at ssh://elsewhere does not get it")]
    [InlineData("unix:///var/run/docker.sock", false, 1, "the swarm at unix:///var/run/docker.sock does not get it")]
    [InlineData("tcp://localhost:2375", true, 1, null)]
    public async Task An_image_that_was_not_scanned_is_not_deployed_to_other_machines(string endpoint, bool isHere, int nodes, string? problem)
    {
        using var docker = new DockerStandIn($$"""
            case "$*" in
                "context inspect"*) echo {{endpoint}} ;;
                "buildx inspect"*) echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;;
                version*) echo 29.0.0 ;;
                info*Swarm*) echo active true {{nodes}} here ;;
                "volume inspect"*) exit 1 ;;
                "stack deploy"*) echo refused >&2; exit 1 ;;
                {{(isHere ? DockerReply.PullsFromLoopback : "")}}
                pull*) exit 1 ;;
            esac
            """);
        _environment = _environment.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        var image = Digest.Of([1]);
        Typed($"BAKERY_IMAGE=ghcr.example.com/octo/bakery@{image}\nBAKERY_POSTGRES_IMAGE=ghcr.example.com/postgres:15\nBAKERY_REDIS_IMAGE=ghcr.example.com/redis:7\n");
        new PublishRecord { Image = "bakery", Digest = image, Repository = "ghcr.example.com/octo/bakery", Version = "1.2.3", Revision = "abc", Platforms = [], NotScanned = "there was no scanner" }
            .Write(Context.Options.RecordOf("bakery"));

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => new DeployStack(Context, BakeryEnvironments.Declaration, "prod").RunAsync());

        Assert.Equal(problem is null, docker.Called.Any(x => x.Contains("stack deploy", StringComparison.Ordinal)));
        Assert.Contains(problem ?? "refused", error.Message, StringComparison.Ordinal);
        if (problem is not null) Assert.Contains("there was no scanner", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", "There is no environment 'nowhere': there are ")]
    [InlineData("", "Name the environment: --environment ")]
    public async Task An_environment_that_is_not_there_is_wrong_use(string name, string problem) => Assert.StartsWith(
        problem,
        (await Assert.ThrowsAsync<WrongUseException>(() => new ComposeUp(Context, BakeryEnvironments.Declaration, name).PlanAsync())).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Prod")]
    [InlineData("override")]
    [InlineData("../prod")]
    public async Task What_is_no_name_is_not_looked_for(string name) =>
        Assert.Contains($"'{name}'", (await Assert.ThrowsAsync<WrongUseException>(() => new ComposeDown(Context, BakeryEnvironments.Declaration, name, volumes: false).PlanAsync())).Message, StringComparison.Ordinal);

    private void Typed(string text) => EnvironmentFile.Write(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), text);
}
