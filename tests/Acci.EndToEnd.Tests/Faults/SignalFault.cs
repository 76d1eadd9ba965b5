namespace Acci.EndToEnd.Tests.Faults;

/// <summary>A signal to the build.</summary>
/// <param name="Signal">Its name.</param>
/// <param name="ToAll">To everything that the build has started, too, as a terminal does it.</param>
public sealed record SignalFault(string Signal, bool ToAll) : Fault($"SIG{Signal} to {(ToAll ? "the build and all it started" : "the build alone")}")
{
    public override bool IsAnswered => Signal != "KILL";

    public override async Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        await build.MomentAsync();
        // The shell's own kill: the program of that name may take a group -1234 for -1, which is everybody.
        if (!build.Ended.IsCompleted) await bench.ShellAsync($"kill -{Signal} {(ToAll ? $"-- -{build.Process}" : $"{build.Process}")}");
    }
}
