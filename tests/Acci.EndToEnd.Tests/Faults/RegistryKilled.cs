using System.Text.RegularExpressions;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The registry is killed, and comes back when the build has ended.</summary>
public sealed record RegistryKilled() : Fault("the registry is killed")
{
    public override string Names(Bench bench, Step step) => Regex.Escape(bench.Registry.Domain);

    public override bool Meets(Step step) => step is TagStep or ComposeStep;

    public override async Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        await build.MomentAsync();
        bench.Server.Kill();
    }

    public override Task EndAsync(Bench bench) => bench.Server.StartAsync();
}
