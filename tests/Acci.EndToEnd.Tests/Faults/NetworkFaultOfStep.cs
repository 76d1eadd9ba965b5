using System.Text.RegularExpressions;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>Requests to the registry or to GitHub's API go wrong, from a moment on.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Happens">What happens to a request.</param>
/// <param name="Times">How many requests meet it.</param>
public sealed record NetworkFaultOfStep(string Name, NetworkFault Happens, int Times = int.MaxValue) : Fault(Name)
{
    // GitHub's API has no port in its name.
    public override string Names(Bench bench, Step step) => Regex.Escape(step.Network(bench) == bench.Api ? bench.Api.Domain.Split(':')[0] : bench.Registry.Domain);

    public override Task StrikeAsync(Bench bench, Step step, Running build, Moment moment)
    {
        var network = step.Network(bench)!;
        var left = Times;
        var (seen, first) = (0, (int)(bench.RequestsOf(step) * moment.Fraction));
        network.Decide = _ => Interlocked.Increment(ref seen) > first && Interlocked.Decrement(ref left) >= 0 ? Happens : null;
        return Task.CompletedTask;
    }

    public override Task EndAsync(Bench bench)
    {
        bench.Registry.Decide = _ => null;
        bench.Api.Decide = _ => null;
        return Task.CompletedTask;
    }
}
