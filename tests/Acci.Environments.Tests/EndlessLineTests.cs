using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>How a container ended is told, whatever it printed.</summary>
public sealed class EndlessLineTests : IDisposable
{
    private const string Log = "echo 'the reason'; head -c 140000000 /dev/zero | tr '\\0' x; echo";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_last_lines_of_a_service_are_cut()
    {
        using var docker = new DockerStandIn($"case $1 in logs) {Log} ;; esac");
        var project = ComposeProject.Of(docker.Engine, _folder.Path, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

        var lines = await project.LastLinesAsync("c1", 20);

        Assert.Equal("the reason", lines[0]);
        Assert.InRange(lines[1].Length, 1, 2000);
        Assert.Equal(2, lines.Count);
    }

    [Fact]
    public async Task So_are_those_of_a_replica()
    {
        var deployed = _folder.Combine("deployed");
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                *"stack deploy"*) touch '{{{deployed}}}' ;;
                "service ls"*) [ -e '{{{deployed}}}' ] && echo app || true ;;
                "service inspect"*) echo '[{"ID":"app","Spec":{"Name":"prod_bakery","Mode":{},"TaskTemplate":{"ContainerSpec":{"Image":"bakery:1"} } } }]' ;;
                "stack ps"*) [ -e '{{{deployed}}}' ] && echo 1 || true ;;
                "inspect --type task"*) echo '[{"ID":"1","ServiceID":"app","DesiredState":"shutdown","Status":{"State":"failed","Err":"task: non-zero exit (7)","ContainerStatus":{"ContainerID":"c1"} },"Spec":{"ContainerSpec":{} } }]' ;;
                logs*) {{{Log}}} ;;
                "stack rm"*) exit 1 ;;
            esac
            """);
        var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Images = [] }, Cancellation);
        using var login = await PullLogin.ForAsync(context, docker.Engine, "bakery:1");
        var deployment = new StackDeployment(new SwarmManager(docker.Engine), "prod", replicas: 0, login, startLimit: TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => deployment.RunAsync(() => Task.FromResult("stack.yml"), () => Task.CompletedTask, Cancellation));

        Assert.Contains("task: non-zero exit (7)", error.Message, StringComparison.Ordinal);
        Assert.Contains(" Last lines of a replica that failed:\n    the reason\n    xxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 2000, 2500);
    }
}
