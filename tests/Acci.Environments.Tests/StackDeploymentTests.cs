using System.Net;
using System.Net.Sockets;
using Acci.Delivery;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Environments.Tests;

public sealed class StackDeploymentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_that_the_swarm_cannot_get_is_asked_for_once_more_for_the_reason() =>
        await AssertReasonAsync("registry.invalid", "echo 'write /data: no space left on device' >&2; exit 1", "write /data: no space left on device");

    [Fact]
    public async Task A_pull_that_takes_long_is_no_registry_s_silence()
    {
        await using var registry = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("{}"));

        await AssertReasonAsync(registry.Domain, null, "the pull had not finished after 60 s", seconds: 60);
    }

    [Fact]
    public async Task A_pull_from_a_registry_that_cannot_be_asked_from_here_may_wait_for_a_silent_one() =>
        await AssertReasonAsync("registry.invalid", null, "this engine does not get it within 60 s: the registry may be silent");

    [Fact]
    public async Task A_pull_from_a_registry_that_does_not_answer_others_either_is()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        await AssertReasonAsync($"{silent.LocalEndpoint}", null, $"the pull had not finished after 60 s; {silent.LocalEndpoint} does not answer this build either");
    }

    [Fact]
    public async Task A_registry_that_takes_connections_and_says_nothing_ends_the_deployment()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var image = $"{silent.LocalEndpoint}/bakery:1";
        using var docker = new DockerStandIn("""case "$*" in *"stack deploy"*) exec sleep 300 ;; esac""");
        var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, RetryBudget = TimeSpan.FromSeconds(1), Images = [] }, TestContext.Current.CancellationToken) { Time = new TestClock() };
        using var login = await PullLogin.ForAsync(context, docker.Engine, image);
        var deployment = new StackDeployment(new SwarmManager(docker.Engine), "prod", replicas: 1, login) { Images = [image] };

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, TestContext.Current.CancellationToken));

        Assert.StartsWith($"Docker shows no progress with {silent.LocalEndpoint} for 60 s, and the registry does not answer this build either.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preparing", true)]
    [InlineData("starting", false)]
    public async Task A_registry_that_a_node_waits_for_is_named(string state, bool isNamed)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                *"stack deploy"*) touch '{{{_folder.Combine("deployed")}}}' ;;
                "service ls"*) [ -e '{{{_folder.Combine("deployed")}}}' ] && echo app || true ;;
                "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"prod_bakery","Mode":{},"TaskTemplate":{"ContainerSpec":{"Image":"{{{silent.LocalEndpoint}}}/bakery:1"} } } }]' ;;
                "stack ps"*) [ -e '{{{_folder.Combine("deployed")}}}' ] && echo 1 || true ;;
                "inspect --type task"*) echo '[{"ID":"1","ServiceID":"app","DesiredState":"running","Status":{"State":"{{{state}}}"},"Spec":{"ContainerSpec":{} } }]' ;;
                "stack rm"*) exit 1 ;;
            esac
            """);
        var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, RetryBudget = TimeSpan.FromSeconds(1), Images = [] }, TestContext.Current.CancellationToken);
        using var login = await PullLogin.ForAsync(context, docker.Engine, $"{silent.LocalEndpoint}/bakery:1");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine), "prod", replicas: 0, login, startLimit: TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, TestContext.Current.CancellationToken));

        Assert.StartsWith(isNamed ? $"prod_bakery: it is not up after 1 s: a node waits for its image, and {silent.LocalEndpoint} does not answer this build either." : "prod_bakery: it is not up after 1 s. If it needs longer", error.Message, StringComparison.Ordinal);
    }

    private async Task AssertReasonAsync(string registry, string? pull, string reason, int seconds = 1)
    {
        var image = $"{registry}/bakery@sha256:0123456789012345678901234567890123456789012345678901234567890123";
        using var silence = new SilenceClock(TimeSpan.FromMinutes(1));
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                *"stack deploy"*) touch '{{{_folder.Combine("deployed")}}}' ;;
                "service ls"*) [ -e '{{{_folder.Combine("deployed")}}}' ] && echo app || true ;;
                "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"prod_bakery","Mode":{},"TaskTemplate":{"ContainerSpec":{"Image":"{{{image}}}"} } } }]' ;;
                "stack ps"*) [ -e '{{{_folder.Combine("deployed")}}}' ] && echo 1 2 3 || true ;;
                "inspect --type task"*)
                    task() { echo '{"ID":"'$1'","ServiceID":"app","DesiredState":"shutdown","Status":{"State":"rejected","Err":"No such image: {{{image}}}"},"Spec":{"ContainerSpec":{} } }'; }
                    echo "[$(task 1),$(task 2),$(task 3)]" ;;
                "stack rm"*) exit 1 ;;
                *"pull --quiet {{{image}}}") {{{pull ?? silence.Hangs}}} ;;
            esac
            """);
        var engine = docker.Engine with { Time = silence.Time };
        var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, RetryBudget = TimeSpan.FromSeconds(seconds), Images = [] }, TestContext.Current.CancellationToken);
        using var login = await PullLogin.ForAsync(context, engine, image);
        var deployment = new StackDeployment(new SwarmManager(engine), "prod", replicas: 1, login);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, TestContext.Current.CancellationToken));

        Assert.Equal($"prod_bakery: it does not come up: No such image: {image} ({reason}).", error.Message);
    }
}
