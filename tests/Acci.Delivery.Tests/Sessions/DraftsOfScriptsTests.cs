using System.Diagnostics;
using Acci.Delivery.Caching;
using Acci.Delivery.Sessions;
using Acci.Testing;

namespace Acci.Delivery.Tests.Sessions;

/// <summary>What a script of the private engine was making when it was killed goes with the next run of any target, and not before the script has ended.</summary>
public sealed class DraftsOfScriptsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private CacheDirectory Cache => new(_folder.Combine("cache"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("src/Acci.Delivery/Engines/Scripts/engine/fetch.sh", "UNFINISHED=$CACHE/$group/new.$$", "hold_lock \"$CACHE/fetch.lock\"")]
    [InlineData("src/Acci.Delivery/Engines/Scripts/stand-ins/build.sh", "WORK=$STAND_INS/work.$$", "hold_lock \"$CACHE/fetch.lock\"")]
    public void The_scripts_name_their_drafts_and_their_lock_so(string script, params string[] lines) =>
        Assert.All(lines, line => Assert.Contains(line, File.ReadAllText(Path.Combine(SourceTree.Root, script)), StringComparison.Ordinal));

    [Fact]
    public async Task They_go_once_nobody_holds_the_scripts_lock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux only.");
        string[] drafts = [Made("engine/new.4711/root/usr/bin/dockerd"), Made("tools/new.4711/packages"), Made("stand-ins/work.4711/layout/blobs/partial.x")];
        string[] kept = [Made("engine/recipe-0123456789ab/bin/docker"), Made("stand-ins/layouts/newer"), Made("stand-ins/records/new.x")];
        // As common.sh's hold_lock.
        using var script = Process.Start(new ProcessStartInfo("bash", ["-c", "exec 9>>\"$1/fetch.lock\"; flock 9; echo held; read -r", "-", Cache.Path]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await script.StandardOutput.ReadLineAsync(Cancellation));

        Assert.Empty(await Session.RemoveAbandonedAsync(Cache, Cancellation));
        Assert.All(drafts, x => Assert.True(File.Exists(x)));

        script.Kill();
        await script.WaitForExitAsync(Cancellation);
        Assert.Equal(3, (await Session.RemoveAbandonedAsync(Cache, Cancellation)).Count);
        Assert.All(drafts, x => Assert.False(File.Exists(x)));
        Assert.Equal(["recipe-0123456789ab"], Directory.GetDirectories(Cache.Combine("engine")).Select(Path.GetFileName));
        Assert.All(kept, x => Assert.True(File.Exists(x)));
    }

    private string Made(string name)
    {
        var file = Cache.Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
