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
    [InlineData("", false)]
    [InlineData(",\"StopTimeout\":3", true)]
    public async Task Services_that_may_take_long_to_stop_one_after_the_other_are_waited_for(string grace, bool isWaitedFor)
    {
        using var folder = new TemporaryFolder();
        using var docker = new DockerStandIn($$"""
            container() { echo '{"Id":"'$1'","Name":"/'$1'","RestartCount":0,"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":""},"Config":{"Image":"x","Labels":{"com.docker.compose.service":"'$2'"}{{grace}}},"NetworkSettings":{"Ports":{} } }'; }
            case "$*" in
                ps*) printf '1\n2\n3\n' ;;
                inspect*) echo "[$(container 1 app),$(container 2 app),$(container 3 store)]" ;;
                *" down "*) exec sleep 7 ;;
            esac
            """);
        // An errand has ten times that.
        var engine = docker.Engine with { AnswerTime = TimeSpan.FromMilliseconds(300) };
        var project = ComposeProject.Of(engine, folder.Path, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);

        var failure = await Record.ExceptionAsync(() => project.DownAsync(volumes: false, TestContext.Current.CancellationToken));

        if (isWaitedFor) Assert.Null(failure);
        else Assert.IsType<NoAnswerException>(failure);
    }
}
