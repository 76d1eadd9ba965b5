using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Volumes that cannot be listed may have names, so a purge deletes nothing.</summary>
public sealed class UnlistedVolumesTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_purge_that_cannot_list_the_volumes_ends_and_deletes_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has a network of its own.");
        string[] files = [Made("engine/data/image/a-file"), Made("engine/data/volumes/shop-prod_data/_data/a-file")];
        // As on a disk that is damaged: it says so, and lists nothing.
        var find = Made("bin/find", "#!/bin/sh\ncase $1 in */volumes) echo \"find: '$1': Input/output error\" >&2; exit 1 ;; esac\nexec /usr/bin/find \"$@\"\n");
        File.SetUnixFileMode(find, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var down = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/down.sh");

        var purge = await CommandRunner.TryRunAsync(
            new Command("unshare", "--net", "bash", down, _cache.Path, "--purge")
            {
                Environment = new Dictionary<string, string?> { ["PATH"] = $"{_cache.Combine("bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
            },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains("Input/output error", purge.StandardError, StringComparison.Ordinal);
        Assert.False(purge.Succeeded);
        Assert.All(files, x => Assert.True(File.Exists(x), x));
    }

    private string Made(string name, string content = "")
    {
        var file = _cache.Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }
}
