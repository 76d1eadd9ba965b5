using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

public sealed class ComposeLimitTests
{
    [Fact]
    public async Task A_compose_command_that_hangs_is_given_up()
    {
        using var folder = new TemporaryFolder();
        using var docker = new DockerStandIn("exec sleep 300");
        var engine = docker.Engine with { AnswerTime = TimeSpan.FromMilliseconds(200) };
        var project = ComposeProject.Of(engine, folder.Path, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

        var error = await Assert.ThrowsAsync<NoAnswerException>(() => project.ImagesAsync(TestContext.Current.CancellationToken));

        Assert.Contains("config --images", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "null", 600)]
    // Both replicas stop at once, and the store after them.
    [InlineData("3", "null", 603)]
    [InlineData("3", "4", 607)]
    // No limit.
    [InlineData("-1", "4", 604)]
    public async Task Services_that_may_take_long_to_stop_one_after_the_other_are_waited_for(string app, string store, int seconds)
    {
        using var docker = Docker(app, store);
        var project = ProjectOf(docker);

        var down = project.Down(volumes: false, await project.ContainersAsync(TestContext.Current.CancellationToken));

        Assert.Equal(TimeSpan.FromSeconds(seconds), down.AnswerTime);
    }

    [Fact]
    public async Task Services_that_may_take_longer_to_stop_than_a_timer_runs_are_ended()
    {
        // 1200 h.
        using var docker = Docker("4320000", "4320000");

        await ProjectOf(docker).DownAsync(volumes: false, TestContext.Current.CancellationToken);

        Assert.Contains(docker.Called, x => x.Contains(" down ", StringComparison.Ordinal));
    }

    // An errand has ten times the engine's answer time.
    private static ComposeProject ProjectOf(DockerStandIn docker) => ComposeProject.Of(
        docker.Engine, Path.GetTempPath(), BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

    private static DockerStandIn Docker(string app, string store) => new($$"""
        container() { echo '{"Id":"'$1'","Name":"/'$1'","RestartCount":0,"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":""},"Config":{"Image":"x","Labels":{"com.docker.compose.service":"'$2'"},"StopTimeout":'$3'},"NetworkSettings":{"Ports":{} } }'; }
        case "$*" in
            ps*) printf '1\n2\n3\n' ;;
            inspect*) echo "[$(container 1 app {{app}}),$(container 2 app {{app}}),$(container 3 store {{store}})]" ;;
        esac
        """);
}
