using Acci.Delivery.Caching;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The private engine is killed.</summary>
public sealed record EngineKilled() : Fault("the engine is killed")
{
    public override string Names(Bench bench, Step step) => "engine|docker";

    public override async Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        await build.MomentAsync();
        await bench.ShellAsync($"kill -KILL $(cat {CacheDirectory.Default.Combine("engine", "run", "docker.pid")})");
    }

    // Or a build with another fault would start it, and it would keep that one's mounts.
    public override async Task LeaveAsync(Bench bench)
    {
        var up = await bench.ShellAsync($"bash {Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/up.sh")} {CacheDirectory.Default.Path}");
        Assert.True(up.Succeeded, up.StandardError);
    }
}
