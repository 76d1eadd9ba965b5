using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text.RegularExpressions;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>
/// Faults × steps. After each, no tag is wrong, nothing was said that is not so, and the next plain run succeeds. A few of them run always; all of them with
/// <c>ACCI_FAULTS=.</c>, which kills the engine and makes it a swarm; the variable is a regular expression for <c>fault × step</c>. How often each is tried,
/// at another moment every time, is set by <c>ACCI_FAULTS_TURNS</c>; <c>ACCI_FAULTS_SEED</c> gives the same moments again, and <c>ACCI_FAULTS_REPORT</c> names
/// a file for the table.
/// </summary>
public sealed partial class FaultTests(Bench bench) : IClassFixture<Bench>
{
    private static readonly string Chosen = Environment.GetEnvironmentVariable("ACCI_FAULTS") ?? "";
    private static readonly int Turns = int.Parse(Environment.GetEnvironmentVariable("ACCI_FAULTS_TURNS") ?? "1", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("ACCI_FAULTS_SEED") ?? $"{Random.Shared.Next(1000)}", CultureInfo.InvariantCulture);
    private static readonly string? Report = Environment.GetEnvironmentVariable("ACCI_FAULTS_REPORT");

    public static TheoryData<string, string, Moment> Cells()
    {
        var random = new Random(Seed);
        var cells = new TheoryData<string, string, Moment>();
        foreach (var step in FaultList.Steps)
        {
            foreach (var fault in FaultList.Faults.Where(fault => fault.Meets(step) && IsChosen(fault, step)))
            {
                for (var turn = 0; turn < Turns; turn++) cells.Add(fault.Name, step.Name, new Moment(Math.Round(random.NextDouble(), 3), random.Next(2) == 0));
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells), DisableDiscoveryEnumeration = true)]
    public async Task No_tag_is_wrong_nothing_untrue_is_said_and_the_next_run_succeeds(string faultName, string stepName, Moment moment)
    {
        Assert.SkipWhen(bench.Obstacle is not null, $"Nothing can be published here: {bench.Obstacle}.");
        var (fault, step) = (FaultList.Faults.Single(x => x.Name == faultName), FaultList.Steps.Single(x => x.Name == stepName));
        Assert.SkipWhen(fault.Obstacle is not null, fault.Obstacle ?? "");
        await AllAsync(TryAsync, () => step.CleanAsync(bench), () => fault.LeaveAsync(bench));

        async Task TryAsync()
        {
            var run = await bench.RunAsync(step, fault, moment);
            var left = fault is SignalFault ? await bench.Leavings.FindAsync() : [];
            Note(fault, step, moment, run, left);
            await AssertTrueAsync(fault, step, run);

            if (fault is SignalFault { IsAnswered: false }) left = await LeftAfterNextAsync(step);
            Assert.True(left.Count == 0, $"{string.Join('\n', left)}\nleft by {fault}, {step}, code {run.ExitCode}:\n{run.Output}");
            (await bench.BuildAsync(step)).AssertSucceeded();
            Assert.Null(await step.DamageAsync(bench));
            Assert.Null(await step.MissingAsync(bench));
        }
    }

    [Fact]
    public async Task What_a_build_has_left_is_seen()
    {
        Assert.SkipWhen(bench.Obstacle is not null, $"Nothing can be published here: {bench.Obstacle}.");
        bench.Leavings.Begin();
        Assert.Empty(await bench.Leavings.FindAsync());

        var planted = await bench.Leavings.PlantAsync();
        try
        {
            Assert.Equal(planted.Order(), (await bench.Leavings.FindAsync()).Order());
        }
        finally
        {
            await bench.Leavings.RemoveAsync(planted);
        }

        Assert.Empty(await bench.Leavings.FindAsync());
    }

    // Each is done, whatever becomes of the others.
    private static async Task AllAsync(params Func<Task>[] parts)
    {
        var failures = new List<Exception>();
        foreach (var part in parts)
        {
            try
            {
                await part();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures is [var only]) ExceptionDispatchInfo.Throw(only);
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    // What a build leaves, and what it says of it.
    private async Task AssertTrueAsync(Fault fault, Step step, BuildRun run)
    {
        var said = $"{fault}, {step}, code {run.ExitCode}:\n{run.Output}";
        if (await step.DamageAsync(bench) is { } damage) Assert.Fail($"{damage}: {said}");
        Assert.False(StackTrace().IsMatch(run.Output), $"A stack trace: {said}");
        Assert.False(Bench.HasSecret(run.Output), $"The registry's token is shown: {said}");
        if (run.ExitCode == 0)
        {
            // An engine that was killed when all was up takes its containers with it: what was up, the table says; that nothing else is gone, the next run shows.
            if (fault is EngineKilled && step is ComposeStep)
            {
                Assert.True(UpTable().IsMatch(run.Output), $"Nothing was up: {said}");
                return;
            }

            if (await step.MissingAsync(bench) is { } missing) Assert.Fail($"{missing}: {said}");
            return;
        }

        if (fault is SignalFault { Signal: "KILL" }) return;
        Assert.True(run.ExitCode is > 0 and < 128 or 129 or 130 or 143 or 255, $"An unknown exit code: {said}");
        var named = fault.Names(bench, step);
        Assert.True(fault.IsAnswered || Error().Matches(run.Output).Any(x => Regex.IsMatch(x.Value, named, RegexOptions.IgnoreCase)), $"No error names {named}: {said}");
        var isUntouched = await step.IsUntouchedAsync(bench);
        if (run.Output.Contains("Every tag is where it was before", StringComparison.Ordinal)) Assert.True(isUntouched, $"A tag has moved: {said}");
        // An answered signal ends in what was before, or the build says which tags are not: the registry left that open, or deletes none.
        string[] exceptions = ["is not known", "were put back, but for", "none was put back"];
        if (fault.IsAnswered && !exceptions.Any(x => run.Output.Contains(x, StringComparison.Ordinal))) Assert.True(isUntouched is not false, $"Something is left: {said}");
    }

    // A build that hears of its end leaves nothing; what a killed one has left, the next run of any target removes: logins, containers and images of tests, drafts, temporary folders and files.
    private async Task<IReadOnlyList<string>> LeftAfterNextAsync(Step step)
    {
        (await bench.BuildAsync(step, "GenerateBakeFile")).AssertSucceeded();
        return await bench.Leavings.FindAsync();
    }

    private static void Note(Fault fault, Step step, Moment moment, BuildRun run, IReadOnlyList<string> left)
    {
        var error = Error().Matches(run.Output).LastOrDefault()?.Value.ReplaceLineEndings(" ") ?? "";
        var row = $"| {fault} | {step} | {moment.Fraction:0.00} of its {(moment.OfRequests ? "requests" : "time")} | {run.ExitCode} | {run.Duration.TotalSeconds:0} s | {left.Count} left | {error} |";
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}: {row}\n{string.Concat(left.Select(x => $"left: {x}\n"))}{run.Output}");
        if (Report is not null) File.AppendAllText(Report, $"{row}\n");
    }

    private static bool IsChosen(Fault fault, Step step) =>
        Chosen.Length == 0 ? FaultList.Default.Contains((fault.Name, step.Name)) : Regex.IsMatch($"{fault} × {step}", Chosen, RegexOptions.None, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"^Service +Container", RegexOptions.Multiline)]
    private static partial Regex UpTable();

    [GeneratedRegex(@"^   at |Unhandled exception", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    // With the lines that belong to it, which are set in.
    [GeneratedRegex(@"^(?:.*\[ERR\]|error: ).*(?:\n +.*)*", RegexOptions.Multiline)]
    private static partial Regex Error();
}
