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
}
