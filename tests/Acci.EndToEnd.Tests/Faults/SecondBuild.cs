namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The same target is started once more, in the same checkout. Both end well.</summary>
public sealed record SecondBuild() : Fault("a second build of the checkout")
{
    private BuildRun? _other;

    public override async Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        await build.MomentAsync();
        _other = await bench.BuildAsync(step);
    }

    public override Task EndAsync(Bench bench)
    {
        _other!.AssertSucceeded();
        return Task.CompletedTask;
    }
}
