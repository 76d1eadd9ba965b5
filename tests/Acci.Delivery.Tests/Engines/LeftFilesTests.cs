using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What killed daemons left of their temporary files.</summary>
public sealed class LeftFilesTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData("engine", "down.sh")]
    [InlineData("registry", "registry-down.sh")]
    public async Task They_go_when_the_daemon_is_stopped_and_its_data_stay(string name, string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has a network of its own.");
        foreach (var folder in (string[])["tmp", "data"])
        {
            Directory.CreateDirectory(_cache.Combine(name, folder));
            await File.WriteAllTextAsync(_cache.Combine(name, folder, "a-file"), "", TestContext.Current.CancellationToken);
        }

        var down = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine", script);
        await CommandRunner.RunAsync(new Command("unshare", "--net", "bash", down, _cache.Path), cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(_cache.Combine(name, "tmp")));
        Assert.True(File.Exists(_cache.Combine(name, "data", "a-file")));
    }
}
