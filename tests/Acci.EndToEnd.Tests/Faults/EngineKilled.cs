using Acci.Delivery.Caching;

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
}
