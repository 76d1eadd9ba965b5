using Acci.Delivery.Sessions;
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
    public async Task A_build_that_ends_before_says_that_something_may_be_left()
    {
        const string statement = "What is left of bakery-clean-up is not known: ComposeDown removes it.";

        await CleanUp.TryAsync("bakery-clean-up", () =>
        {
            Assert.Contains(statement, Unfinished.Statements);
            return Task.CompletedTask;
        });

        Assert.DoesNotContain(statement, Unfinished.Statements);
    }

    [Fact]
    public async Task What_is_put_back_is_not_told_as_something_to_take_down()
    {
        await CleanUp.TryAsync(
            () =>
            {
                Assert.Contains("prod.env may not name the images that are running.", Unfinished.Statements);
                Assert.DoesNotContain(Unfinished.Statements, x => x.Contains("prod.env", StringComparison.Ordinal) && x.Contains("ComposeDown", StringComparison.Ordinal));
                throw new DeliveryException("the disk is full");
            },
            "prod.env may not name the images that are running.",
            "prod.env does not name the images that are running");
    }

    [Fact]
    public async Task Only_failures_of_the_machine_are_outlived() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => CleanUp.TryAsync("bakery-prod", () => throw new InvalidOperationException()));
}
