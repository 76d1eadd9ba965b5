using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>An engine that does not say what it has is not one that has nothing.</summary>
public sealed class RefusingEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Error response from daemon: context deadline exceeded", false)]
    [InlineData("permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock", false)]
    [InlineData("Error response from daemon: No such container: acci-registry", true)]
    [InlineData("Error: No such volume: acci-registry", true)]
    [InlineData("Error: no such container acci-registry", true)]
    [InlineData("Error response from daemon: volume acci-registry not found", true)]
    // There is nothing to end where there is no engine.
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", true)]
    public async Task The_local_registry_is_not_said_to_be_stopped_where_the_engine_does_not_say_so(string said, bool isNone)
    {
        var engine = new DockerEngine(Docker($"echo '{said}' >&2; exit 1"));
        var stop = () => new RegistryContainer(engine).StopAsync(purge: true, TestContext.Current.CancellationToken);

        if (isNone) await stop();
        else Assert.Contains(said, (await Assert.ThrowsAsync<CommandFailedException>(stop)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_that_the_engine_does_not_show_is_not_said_to_be_purged()
    {
        var engine = new DockerEngine(Docker("""[ "$1" = container ] && { echo 'Error: No such container' >&2; exit 1; }; echo 'Error response from daemon: input/output error' >&2; exit 1"""));

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => new RegistryContainer(engine).StopAsync(purge: true, TestContext.Current.CancellationToken));

        Assert.Contains("volume inspect", failure.Message, StringComparison.Ordinal);
    }

    private string Docker(string script)
    {
        var path = _folder.Combine("docker");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
