using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>A cache of its own has its own notes of what may have to be removed: those of the user's cache are every build's.</summary>
public sealed class NotedInOwnCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_an_engine_keeps_of_the_search_for_a_scanner_is_noted_in_the_cache_of_that_search()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = _folder.Combine("docker");
        await File.WriteAllTextAsync(docker, "#!/bin/sh\n[ \"$1\" = info ] && exit 0\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var pinned = new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Image = $"ghcr.io/aquasecurity/trivy:0.70.0@{Digest.Of([1])}" } };
        var cache = new CacheDirectory(_folder.Combine("cache"));

        var (scanner, _) = await new TrivyLocator(pinned, "deploy/locks/tools.json", cache, () => Task.FromResult<DockerEngine?>(new DockerEngine(docker))) { Installed = null }
            .LocateAsync(TestContext.Current.CancellationToken);

        Assert.Null(scanner);
        Assert.Contains(docker, await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(cache.Combine("sessions"))), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
