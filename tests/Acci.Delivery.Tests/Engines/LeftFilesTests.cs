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

    [Fact]
    public async Task A_purge_keeps_the_volumes_that_have_a_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has a network of its own.");
        var nameless = new string('a', 64);
        foreach (var file in (string[])["image/a-file", "volumes/shop-prod_data/_data/a-file", $"volumes/{nameless}/_data/a-file", "volumes/metadata.db"])
        {
            var place = _cache.Combine("engine", "data", file);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await File.WriteAllTextAsync(place, "", TestContext.Current.CancellationToken);
        }

        var said = (await PurgeAsync()).StandardError;

        Assert.Contains("engine: the volumes shop-prod_data stay.", said, StringComparison.Ordinal);
        Assert.Equal(["volumes"], Directory.GetFileSystemEntries(_cache.Combine("engine", "data")).Select(Path.GetFileName));
        Assert.Equal(["metadata.db", "shop-prod_data"], Directory.GetFileSystemEntries(_cache.Combine("engine", "data", "volumes")).Select(Path.GetFileName).Order());
        // On another disk.
        Directory.Move(_cache.Combine("engine", "data", "volumes", "shop-prod_data"), _cache.Combine("disk"));
        Directory.CreateSymbolicLink(_cache.Combine("engine", "data", "volumes", "shop-prod_data"), _cache.Combine("disk"));

        await PurgeAsync();

        Assert.True(File.Exists(_cache.Combine("engine", "data", "volumes", "shop-prod_data", "_data", "a-file")));
        Directory.Delete(_cache.Combine("engine", "data", "volumes", "shop-prod_data"));

        await PurgeAsync();

        Assert.False(Directory.Exists(_cache.Combine("engine", "data")));

        Task<CommandResult> PurgeAsync() => CommandRunner.RunAsync(
            new Command("unshare", "--net", "bash", Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/down.sh"), _cache.Path, "--purge"),
            cancellationToken: TestContext.Current.CancellationToken);
    }
}
