using Acci.Delivery;
using Acci.Environments.Files;

namespace Acci.Environments.Tests;

[Collection(nameof(AlteredProcess))]
public sealed class EnvironmentVerbTests : IDisposable
{
    private readonly SettingsFolder _settings = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    private DeliveryContext Context => new(
        new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [] }, TestContext.Current.CancellationToken);

    private EnvironmentUp Up => new(Context, AppEnvironments.Declaration);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _settings.Dispose();
    }

    [Fact]
    public async Task Replicas_that_would_need_more_connections_than_PostgreSQL_takes_are_told_with_both_settings()
    {
        Typed("ACCI_REPLICAS=9\nACCI_PORTS=8080-8088\n");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Up.RunAsync("prod", dryRun: true));

        Assert.Contains("ACCI_REPLICAS", error.Message, StringComparison.Ordinal);
        Assert.Contains("APP__DATABASE__MAXIMUM_CONNECTIONS", error.Message, StringComparison.Ordinal);

        Typed("ACCI_REPLICAS=9\nACCI_PORTS=8080-8088\nAPP__DATABASE__MAXIMUM_CONNECTIONS=5\n");
        await Up.RunAsync("prod", dryRun: true);
    }

    [Fact]
    public async Task An_engine_on_another_machine_is_refused_before_anything_is_written()
    {
        using var docker = new DockerStandIn("""case "$1 $2" in "context inspect") echo ssh://elsewhere ;; "buildx inspect") echo "Driver: docker-container"; echo "Platforms: linux/amd64" ;; version*) echo 29.0.0 ;; esac""");
        Environment.SetEnvironmentVariable("PATH", $"{Path.GetDirectoryName(docker.Engine.Cli)}{Path.PathSeparator}{_path}");
        var locks = Directory.CreateDirectory(Path.Combine(_settings.Root, "deploy", "locks"));
        await File.WriteAllTextAsync(Path.Combine(locks.FullName, "images.json"), "{}", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => Up.RunAsync("prod", dryRun: false));

        Assert.Contains("ssh://elsewhere", error.Message, StringComparison.Ordinal);
        Assert.Contains("DeployStack --environment prod", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_settings.Root, "deploy", "compose")));
    }

    [Theory]
    [InlineData("Prod")]
    [InlineData("override")]
    [InlineData("../prod")]
    public async Task What_is_no_name_is_not_looked_for(string name) =>
        Assert.Contains($"'{name}'", (await Assert.ThrowsAsync<DeliveryException>(() => new EnvironmentDown(Context, AppEnvironments.Declaration).RunAsync(name, volumes: false, dryRun: true))).Message, StringComparison.Ordinal);

    private void Typed(string text) => EnvironmentFile.Write(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), text);
}
