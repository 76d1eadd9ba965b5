using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Delivery.Tests;

/// <summary>What scripts read decides what they run: package lists have the digests of programs, and stand-ins become images.</summary>
public sealed class FoldersOfScriptsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("scripts")]
    [InlineData("engine")]
    [InlineData("tools")]
    [InlineData("apt")]
    [InlineData("stand-ins")]
    [InlineData("registry")]
    public async Task No_script_runs_where_others_can_write_what_it_reads(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        var cache = new CacheDirectory(_folder.Combine("cache"));
        Directory.CreateDirectory(cache.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(cache.Combine(name));
        File.SetUnixFileMode(cache.Combine(name), File.GetUnixFileMode(cache.Path) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => new EngineScripts(cache).RunAsync("engine/down.sh", [], TestContext.Current.CancellationToken));

        Assert.StartsWith($"Everybody can write the cache folder {cache.Combine(name)}", failure.Message, StringComparison.Ordinal);
    }
}
