using Acci.Delivery.Processes;
using Acci.Environments.Swarm;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Whether an engine can run a stack is known before anything is done to it.</summary>
public sealed class SwarmManagerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("inactive false 0")]
    [InlineData("active true 1 node")]
    public async Task A_rootless_engine_is_no_place_for_a_stack_and_is_not_made_a_swarm(string state)
    {
        using var docker = Docker(state, """["name=seccomp,profile=builtin","name=rootless"]""");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new SwarmManager(docker.Engine with { Address = "unix:///own" }).EnsureAsync(Cancellation));

        Assert.Contains("is rootless and has no overlay networks", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(docker.Called, call => call.Contains("init", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("active true 3 node", """["name=rootless"]""", false)]
    [InlineData("active true 1 node", """["name=seccomp,profile=builtin"]""", false)]
    [InlineData("inactive false 0", """["name=seccomp,profile=builtin"]""", true)]
    public async Task Other_engines_are_and_so_is_one_whose_swarm_has_other_nodes(string state, string security, bool needsSwarm)
    {
        using var docker = Docker(state, security);

        Assert.Equal(needsSwarm, await new SwarmManager(docker.Engine with { Address = "unix:///own" }).NeedsSwarmAsync(Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("active")]
    public async Task An_engine_that_says_nothing_of_a_swarm_is_not_taken_for_one_without(string state)
    {
        using var docker = Docker(state, "[]");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => new SwarmManager(docker.Engine).StateAsync(Cancellation));

        Assert.Contains($"does not say whether it is part of a swarm: `docker info` answered '{state}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swarm_that_says_nothing_is_not_waited_for_without_end()
    {
        using var silence = new SilenceClock(TimeSpan.FromMinutes(10));
        using var docker = new DockerStandIn(silence.Hangs);
        var swarm = new SwarmManager(docker.Engine with { Time = silence.Time });
        foreach (var ask in (Func<Task>[])[() => swarm.StateAsync(Cancellation), () => swarm.TasksAsync("shop", Cancellation), () => swarm.EnsureSecretAsync("shop", "a", "b", Cancellation)])
        {
            var failure = await Assert.ThrowsAsync<NoAnswerException>(() => ask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

            Assert.Contains("did not answer within 60 s", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_question_that_fails_is_no_answer()
    {
        using var away = new DockerStandIn("echo 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?' >&2; exit 1");
        await Assert.ThrowsAsync<CommandFailedException>(() => new SwarmManager(away.Engine).TasksAsync("shop", Cancellation));

        using var breaks = new DockerStandIn("case $1 in stack) echo t1 ;; *) echo 'Cannot connect to the Docker daemon' >&2; exit 1 ;; esac");
        await Assert.ThrowsAsync<CommandFailedException>(() => new SwarmManager(breaks.Engine).TasksAsync("shop", Cancellation));

        foreach (var problem in (string[])["docker: command not found", "context \"far\": context not found", "dial tcp: lookup manager: no such host"])
        {
            using var unasked = new DockerStandIn($"case $1 in stack) echo t1 ;; *) echo '{problem}' >&2; exit 1 ;; esac");
            await Assert.ThrowsAsync<CommandFailedException>(() => new SwarmManager(unasked.Engine).TasksAsync("shop", Cancellation));
        }

        using var none = new DockerStandIn("echo 'nothing found in stack: shop' >&2; exit 1");
        Assert.Empty(await new SwarmManager(none.Engine).TasksAsync("shop", Cancellation));

        using var gone = new DockerStandIn("case $1 in stack) echo t1 ;; *) echo '[]'; echo 'Error: No such task: t1' >&2; exit 1 ;; esac");
        Assert.Empty(await new SwarmManager(gone.Engine).TasksAsync("shop", Cancellation));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("*'ps --all'*) echo c1 ;;", true)]
    [InlineData("*'network ls'*) echo n1 ;;", true)]
    public async Task What_still_ends_after_its_services_were_removed_is_there(string answer, bool isThere)
    {
        using var docker = new DockerStandIn($"case \"$*\" in {answer} *) ;; esac");

        Assert.Equal(isThere, await new SwarmManager(docker.Engine).IsThereAsync("shop", Cancellation));
    }

    [Theory]
    [InlineData("volume is in use - [c1]", true)]
    [InlineData("permission denied", false)]
    public async Task A_volume_that_the_engine_is_about_to_let_go_of_is_waited_for(string refusal, bool isRemoved)
    {
        using var docker = new DockerStandIn($$"""
            case "$*" in
                'volume ls'*) echo data ;;
                'volume rm'*) [ "$(grep -c 'volume rm' "$CALLS")" -gt 2 ] || { echo 'Error response from daemon: remove data: {{refusal}}' >&2; exit 1; } ;;
            esac
            """);

        var failure = await Record.ExceptionAsync(() => new SwarmManager(docker.Engine).RemoveVolumesAsync("shop", Cancellation));

        Assert.Equal(isRemoved, failure is null);
        Assert.Equal(isRemoved ? 3 : 1, docker.Called.Count(x => x == "volume rm data"));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\"StopGracePeriod\":120000000000", true)]
    public async Task A_stack_whose_replicas_may_take_long_to_stop_is_waited_for(string grace, bool isRemoved)
    {
        // A look each quarter of a minute; the container is gone at the seventh.
        var clock = new TestClock { AutoAdvanceAmount = TimeSpan.FromSeconds(15) };
        using var docker = new DockerStandIn($$$"""
            case "$*" in
                "stack ps"*) echo t1 ;;
                "inspect --type task"*) [ $(grep -c 'ps --all' "$CALLS") -gt 0 ] && echo '[]' || echo '[{"ID":"t1","ServiceID":"s1","DesiredState":"running","Status":{"State":"running"},"Spec":{"ContainerSpec":{ {{{grace}}} } } }]' ;;
                "ps --all"*) [ $(grep -c 'ps --all' "$CALLS") -ge 7 ] || echo c1 ;;
            esac
            """);

        var failure = await Record.ExceptionAsync(() => new SwarmManager(docker.Engine) { Time = clock }.RemoveAsync("shop", Cancellation));

        Assert.Equal(isRemoved, failure is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_gone_when_the_time_to_wait_for_it_is_over_is_gone(bool isService)
    {
        // Two looks take more than the minute that there is.
        var clock = new TestClock { AutoAdvanceAmount = TimeSpan.FromSeconds(40) };
        using var docker = new DockerStandIn("""
            case "$*" in
                "stack ps"*) echo t1 ;;
                "inspect --type task"*) [ $(grep -c 'inspect --type task' "$CALLS") -ge 3 ] && echo '[]' || echo '[{"ID":"t1","ServiceID":"s1","DesiredState":"running","Status":{"State":"running"},"Spec":{"ContainerSpec":{} } }]' ;;
            esac
            """);
        var swarm = new SwarmManager(docker.Engine) { Time = clock };

        var service = new SwarmService { Id = "s1", Name = "shop_app", Image = "app", Replicas = 1, Specification = "" };

        await (isService ? swarm.RemoveServiceAsync("shop", service, () => { }, Cancellation) : swarm.RemoveAsync("shop", Cancellation));
    }

    [Theory]
    [InlineData("echo refused >&2; exit 1", false)]
    [InlineData(null, true)]
    [InlineData("echo 'error during connect: Delete \"http://docker.example.com/v1.47/services/s1\": EOF' >&2; exit 1", true)]
    public async Task A_service_whose_removal_gets_no_answer_may_have_been_removed(string? answer, bool mayBe)
    {
        using var silence = new SilenceClock(TimeSpan.FromMinutes(10));
        using var docker = new DockerStandIn($"case \"$*\" in 'service rm'*) {answer ?? silence.Hangs} ;; esac");
        var isTold = false;
        var service = new SwarmService { Id = "s1", Name = "shop_app", Image = "app", Replicas = 1, Specification = "" };

        await Assert.ThrowsAnyAsync<DeliveryException>(
            () => new SwarmManager(docker.Engine with { Time = silence.Time }).RemoveServiceAsync("shop", service, () => isTold = true, Cancellation));

        Assert.Equal(mayBe, isTold);
    }

    private static DockerStandIn Docker(string state, string security) => new($"""
        case "$*" in
            *.Swarm.*) echo '{state}' ;;
            *.SecurityOptions*) echo '{security}' ;;
        esac
        """);
}
