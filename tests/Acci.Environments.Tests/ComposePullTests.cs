using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>Docker compose pulls what is missing; its own words for a failure seldom name the image.</summary>
public sealed class ComposePullTests : IDisposable
{
    private readonly SettingsFolder _settings = new();

    public void Dispose() => _settings.Dispose();

    [Theory]
    [InlineData("unexpected status from HEAD request to http://x/v2/: 503 Service Unavailable", "Images of the environment (registry.test/bakery:1) failed: 503 Service Unavailable.")]
    [InlineData("InvalidArgument: Target.MediaType must be set: invalid argument", "The images of the environment cannot be had (registry.test/bakery:1):\n    InvalidArgument")]
    public async Task A_failure_names_the_images_that_are_missing(string said, string problem)
    {
        using var docker = new DockerStandIn($"""
            case "$*" in
                *" config --images"*) printf 'postgres:15\nregistry.test/bakery:1\n' ;;
                "image inspect"*registry.test*) exit 1 ;;
                *" pull "*) echo '{said}' >&2; exit 1 ;;
            esac
            """);
        var options = new DeliveryOptions { Root = _settings.Root, Artifacts = _settings.Root, RetryBudget = TimeSpan.FromMilliseconds(100), Images = [] };
        var project = ComposeProject.Of(docker.Engine, _settings.Root, BakeryEnvironments.Declaration, "prod", ProcessEnvironment.Empty);
        var model = new ComposeFiles(_settings.Root, BakeryEnvironments.Declaration).ModelOf("prod");

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => new ComposeStart(project, model, PortAccess.Loopback, new TestClock())
            .PrepareAsync(new ImagePull(new DeliveryContext(options, TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken));

        Assert.StartsWith(problem, error.Message, StringComparison.Ordinal);
    }
}
