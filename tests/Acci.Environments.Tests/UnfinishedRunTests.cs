using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A run that ends in the middle says what it does not know of what it changed, from the first change on.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class UnfinishedRunTests : IDisposable
{
    private const string Left = "What is left of unfinished-live is not known: ComposeDown removes it.";
    private const string LeftAsItIs = "unfinished-live ran before: what runs now is left as it is. ComposeDown ends it, ComposeUp tries again";
    private const string GoesOn = "unfinished-live ran before: where the swarm has not finished this deployment, it goes on with it by itself. "
        + "`docker stack ps unfinished-live` shows how far it is; DeployStack tries again";
    private const string LeftOfEnvironment = "What is left of environment 'live' is not known: run ComposeDown --environment live again.";

    private static readonly EnvironmentDeclaration Declaration = new()
    {
        Name = "unfinished",
        Define = _ => new() { StartLimit = TimeSpan.FromSeconds(5), Services = [new("shop") { Image = ServiceImage.Of("shop") }] },
    };

    private readonly TemporaryFolder _root = new();
    private readonly SaidLines _said = new();

    public UnfinishedRunTests()
    {
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        Directory.CreateDirectory(_root.Combine("deploy", "compose"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), "{}");
        File.WriteAllText(_root.Combine("deploy", "compose", ".env.live"), "COMPOSE_PROJECT_NAME=unfinished-live\n");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _said.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData("", Left)]
    [InlineData("c1", $"{LeftAsItIs}.")]
    public async Task While_containers_are_started_a_process_that_has_to_end_says_what_is_not_known(string there, string statement)
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                "ps --all"*) echo {there} ;;
                inspect*) echo '{Containers}' ;;
                *" up --detach"*) {Hang} ;;
            esac
            """);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var model = EnvironmentModel.Of(Declaration, new ComposeFiles(_root.Path, Declaration).Read("live"));
        var start = new ComposeStart(project, model, PortAccess.Loopback, TimeProvider.System);

        await AssertSaysAsync(token => start.RunAsync(token), statement);
    }

    [Fact]
    public async Task Going_back_that_is_interrupted_says_how_it_leaves_what_runs()
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                "ps --all"*) echo c1 ;;
                inspect*) echo '{Containers}' ;;
                *" up --detach"*) [ "$(grep -c ' up --detach' "$CALLS")" -gt 1 ] || exit 1; {Hang} ;;
            esac
            """);
        var project = ComposeProject.Of(docker.Engine, _root.Path, Declaration, "live", ProcessEnvironment.Empty);
        var model = EnvironmentModel.Of(Declaration, new ComposeFiles(_root.Path, Declaration).Read("live"));
        var start = new ComposeStart(project, model, PortAccess.Loopback, TimeProvider.System);

        await AssertSaysAsync(token => start.RunAsync(token), $"{LeftAsItIs}.");

        Assert.Contains(LeftAsItIs, _said.Lines);
    }

    [Fact]
    public async Task What_was_found_for_what_runs_is_put_back_or_said_to_be_another()
    {
        var file = _root.Combine("artifacts", "compose", "live.env");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "SHOP_IMAGE=before\n", Cancellation);
        using var docker = new DockerStandIn($"""
            case "$*" in
                "context inspect"*) echo tcp://localhost:2375 ;;
                version*) echo 29.0.0 ;;
                "compose version"*) echo 2.40.0 ;;
                info*Swarm*) echo inactive false 0 ;;
                "volume inspect"*) exit 1 ;;
                *" config --quiet"*) {Hang} ;;
                {DockerReply.PullsFromLoopback}
            esac
            """);
        var declaration = Declaration with { Define = _ => new() { Services = [new("shop") { Compose = new() { Image = "shop:1" } }] } };

        await AssertSaysAsync(
            async token =>
            {
                using var context = ContextOf(docker, token);
                await new ComposeUp(context, declaration, "live").RunAsync();
            },
            $"{file} may not name the images that are running: ComposeUp writes it anew.");

        Assert.Equal("SHOP_IMAGE=before\n", await File.ReadAllTextAsync(file, Cancellation));
    }

    [Theory]
    [InlineData("", Left)]
    [InlineData("app", $"{GoesOn}.")]
    public async Task While_a_stack_is_deployed_too(string there, string statement)
    {
        using var docker = Swarm(there, Hang);

        await AssertSaysAsync(token => DeployAsync(docker, () => Task.CompletedTask, token), statement);

        Assert.Equal(there.Length > 0, _said.Lines.Contains(GoesOn));
    }

    [Fact]
    public async Task An_update_whose_result_is_not_as_it_should_be_says_that_the_swarm_goes_on()
    {
        using var docker = Swarm("app", "");

        await Assert.ThrowsAsync<DeliveryException>(() => DeployAsync(docker, () => throw new DeliveryException("it answers 503"), Cancellation));

        Assert.Contains(GoesOn, _said.Lines);
    }

    [Fact]
    public async Task One_that_the_swarm_was_not_asked_for_does_not()
    {
        using var docker = Swarm("app", "");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine), "unfinished-live", replicas: 1, login: null!);

        await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => throw new DeliveryException("no such secret"), () => Task.CompletedTask, Cancellation));

        Assert.DoesNotContain(GoesOn, _said.Lines);
    }

    [Theory]
    [InlineData("down")]
    [InlineData("stack rm")]
    public async Task ComposeDown_that_is_interrupted_says_that_something_may_be_left(string step)
    {
        using var docker = Down(step == "down" ? "" : "echo app", step, Hang);

        await AssertSaysAsync(token => DownAsync(docker, token), LeftOfEnvironment);

        Assert.Contains(LeftOfEnvironment, _said.Lines);
    }

    [Fact]
    public async Task ComposeDown_that_docker_refuses_says_so_too()
    {
        using var docker = Down("", "down", "echo refused >&2; exit 1");

        await Assert.ThrowsAnyAsync<DeliveryException>(() => DownAsync(docker, Cancellation));

        Assert.Contains(LeftOfEnvironment, _said.Lines);
    }

    [Fact]
    public async Task ComposeDown_that_has_changed_nothing_does_not()
    {
        // The stack of another repository.
        using var docker = Down("echo app", "down", "exit 1", "\"org.acci.source\":\"https://github.com/other/shop\"");

        await Assert.ThrowsAnyAsync<DeliveryException>(() => DownAsync(docker, Cancellation));

        Assert.DoesNotContain(LeftOfEnvironment, _said.Lines);
    }

    [Fact]
    public void What_two_say_is_said_once()
    {
        using var one = Unfinished.Note(() => "said by two");
        using var other = Unfinished.Note(() => "said by two");

        Assert.Single(Unfinished.Statements, x => x == "said by two");
    }

    // Until it is interrupted, what is not known is to be said if the process ends; then it is no longer.
    private async Task AssertSaysAsync(Func<CancellationToken, Task> run, string statement)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Assert.DoesNotContain(statement, Unfinished.Statements);
        var running = run(stop.Token);
        while (!File.Exists(_root.Combine("begun")))
        {
            Assert.False(running.IsCompleted, running.Exception?.ToString());
            await Task.Delay(10, Cancellation);
        }

        Assert.Contains(statement, Unfinished.Statements);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.DoesNotContain(statement, Unfinished.Statements);
    }

    private string Hang => $"touch '{_root.Combine("begun")}'; exec sleep 300";

    private static string Containers => """
        [{"Id":"c1","Name":"/shop","RestartCount":0,"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":""},"Config":{"Image":"shop:0","Labels":{"com.docker.compose.service":"shop"} },"NetworkSettings":{"Ports":{} } }]
        """;

    private static DockerStandIn Swarm(string there, string deploy) => new($$$"""
        case "$*" in
            *"stack deploy"*) {{{deploy}}} ;;
            "service ls"*) echo {{{there}}} ;;
            "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"unfinished-live_shop","Mode":{"Replicated":{"Replicas":0} },"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
        esac
        """);

    private async Task DeployAsync(DockerStandIn docker, Func<Task> verify, CancellationToken cancellationToken)
    {
        using var context = ContextOf(docker, cancellationToken);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "shop:1");
        await new StackDeployment(new SwarmManager(docker.Engine), "unfinished-live", replicas: 1, login).RunAsync(() => Task.FromResult("stack.yml"), verify, cancellationToken);
    }

    private static DockerStandIn Down(string services, string step, string answer, string label = "") => new($$$"""
        case "$*" in
            "context inspect"*) echo tcp://localhost:2375 ;;
            version*) echo 29.0.0 ;;
            "compose version"*) echo 2.40.0 ;;
            info*Swarm*) echo active true 1 here ;;
            *"{{{step}}} "*) {{{answer}}} ;;
            "service ls"*) {{{services}}} ;;
            "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"unfinished-live_shop","Labels":{ {{{label}}} },"Mode":{"Replicated":{"Replicas":1} },"TaskTemplate":{"ContainerSpec":{"Image":"shop:1"} } } }]' ;;
            {{{DockerReply.PullsFromLoopback}}}
        esac
        """);

    private async Task DownAsync(DockerStandIn docker, CancellationToken cancellationToken)
    {
        using var context = ContextOf(docker, cancellationToken);
        await new ComposeDown(context, Declaration, "live", volumes: false).RunAsync();
    }

    private DeliveryContext ContextOf(DockerStandIn docker, CancellationToken cancellationToken) =>
        new(new DeliveryOptions { Root = _root.Path, Artifacts = _root.Combine("artifacts"), Images = [] }, cancellationToken)
        {
            Environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!),
        };
}
