using Acci.Environments.Running;
using Acci.Environments.Swarm;

namespace Acci.Environments.Tests;

public class CleanUpTests
{
    [Fact]
    public async Task An_engine_that_goes_away_does_not_hide_why_a_stack_failed()
    {
        using var docker = new DockerStandIn("""
            case "$*" in
                "stack rm"*) echo "Cannot connect to the Docker daemon" >&2; exit 1;;
            esac
            """);
        var deployment = new StackDeployment(new SwarmManager(docker.Engine), "bakery-prod", replicas: 1, login: null!);

        var error = await Assert.ThrowsAsync<DeliveryException>(() =>
            deployment.RunAsync(() => throw new DeliveryException("the swarm refuses it"), () => Task.CompletedTask, TestContext.Current.CancellationToken));

        Assert.Equal("the swarm refuses it", error.Message);
        Assert.Contains("stack rm bakery-prod", docker.Called);
    }

    [Fact]
    public async Task Only_failures_of_the_machine_are_outlived() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => CleanUp.TryAsync("bakery-prod", () => throw new InvalidOperationException()));
}
