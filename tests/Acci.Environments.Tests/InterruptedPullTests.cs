using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Running;

namespace Acci.Environments.Tests;

/// <summary>Docker compose interrupts every pull when one has failed: only that one is the problem.</summary>
public sealed class InterruptedPullTests : IDisposable
{
    private readonly SettingsFolder _settings = new();

    public void Dispose() => _settings.Dispose();

    [Theory]
    [InlineData("127.0.0.1:5600/bakery:1", true)]
    [InlineData("registry.test/bakery:1", false)]
    public async Task The_image_that_failed_is_named_alone_and_Publish_where_that_is_what_helps(string image, bool isPublished)
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                *" config --images bakery"*) echo '{image}' ;;
                *" config --images"*) printf 'postgres:15\nredis:7\n{image}\n' ;;
                "image inspect"*) exit 1 ;;
                *" pull "*) printf ' redis Pulling\n bakery Pulling\n bakery Error failed to resolve reference\n postgres  Interrupted\n redis  Interrupted\nError response from daemon: not found\n' >&2; exit 1 ;;
            esac
            """);
        var options = new DeliveryOptions { Root = _settings.Root, Artifacts = _settings.Root, RetryBudget = TimeSpan.FromMilliseconds(100), Images = [] };
        var project = ComposeProject.Of(docker.Engine, _settings.Root, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);
        var model = new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration).ModelOf("prod");

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => new ComposeStart(project, model, PortAccess.Loopback, TimeProvider.System)
            .PrepareAsync(new ImagePull(new DeliveryContext(options, TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken));

        Assert.StartsWith($"The images of the environment cannot be had ({image}):\n", error.Message, StringComparison.Ordinal);
        Assert.Equal(isPublished, error.Message.Contains($"This build published {image}, and this machine's registry may have lost it since: run Publish", StringComparison.Ordinal));
    }
}
