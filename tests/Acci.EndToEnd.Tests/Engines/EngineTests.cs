using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>
/// Engines × what a build does on them. With <c>ACCI_ENGINES=.</c> each is published on, and runs both environments; the variable is a regular expression for the engine's
/// name. Without it, two of them try an image that is published already. <c>ACCI_ENGINES_REPORT</c> names a file for the table.
/// </summary>
public sealed class EngineTests(PublishedImage published, RegistryServer server) : IClassFixture<RegistryServer>
{
    private static readonly string Chosen = Environment.GetEnvironmentVariable("ACCI_ENGINES") ?? "";
    private static readonly string? Report = Environment.GetEnvironmentVariable("ACCI_ENGINES_REPORT");

    private readonly List<string> _row = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Rows() =>
        [.. EngineList.All.Select(x => x.Name).Where(x => Chosen.Length == 0 ? EngineList.Default.Contains(x) : IsChosen(x))];

    /// <summary>ACCI_ENGINES chooses the engine of this name.</summary>
    internal static bool IsChosen(string name) => Chosen.Length > 0 && Regex.IsMatch(name, Chosen, RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Adds a row to the table, where there is to be one.</summary>
    internal static async Task ReportAsync(string name, IEnumerable<string> cells)
    {
        if (Report is not null) await File.AppendAllTextAsync(Report, $"| {name} | {string.Join(" | ", cells)} |\n", CancellationToken.None);
    }

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public async Task A_build_works_on_it_or_says_why_it_does_not(string name)
    {
        published.NeedsEngine();
        var row = EngineList.All.Single(x => x.Name == name);
        Assert.SkipWhen(row.Obstacle() is not null, $"There is no such engine here: {row.Obstacle()}.");
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        await using var running = await row.StartAsync(checkout.Folder, Chosen.Length > 0, Cancellation);
        try
        {
            var doctor = await RunAsync("Doctor");
            Assert.Matches(row.Doctor, doctor.Output);
            if (row.Refusal is not null) await RefusesAsync(row.Refused, row.Refusal, atOnce: doctor.Duration * 5);
            else if (Chosen.Length == 0) await TriesPublishedAsync();
            else await DoesAllAsync(row);
        }
        finally
        {
            await ReportAsync(name, _row);
        }

        async Task<BuildRun> RunAsync(string arguments)
        {
            var run = await checkout.BuildAsync(arguments, Cancellation, new Dictionary<string, string?>(running.Variables) { ["COMPOSE_PROJECT_NAME"] = "row" }, running.Through);
            _row.Add($"{arguments.Split(' ')[0]} {(run.ExitCode == 0 ? "" : "refused ")}{run.Duration.TotalSeconds:0} s");
            TestContext.Current.TestOutputHelper?.WriteLine($"{row}: ./build.sh {arguments}\n{run.Output}");
            return run;
        }

        async Task RefusesAsync(IReadOnlyList<string> verbs, string problem, TimeSpan atOnce)
        {
            foreach (var verb in verbs)
            {
                var run = await RunAsync(verb);
                run.AssertFailed(problem);
                Assert.True(run.Duration < atOnce, $"{verb} was refused after {run.Duration}, Doctor answers in a fifth of {atOnce}.");
            }

            // What runs beside such an engine is ended all the same.
            (await RunAsync("StopEngine")).AssertSucceeded();
        }

        async Task TriesPublishedAsync()
        {
            await CommandRunner.RunAsync(new Command("cp", "-a", published.Artifacts, checkout.Folder), cancellationToken: Cancellation);
            Assert.Matches(@"linux/amd64 healthy in \d+\.\d s, by the image's own check", (await RunAsync("SmokeTestImages --skip BuildImages --republish")).AssertSucceeded().Output);
            await ChecksAsync();
            await HasNothingLeftAsync();
        }

        // It needs no builder, so that an engine on which no image can be built may check Dockerfiles.
        async Task ChecksAsync()
        {
            var check = await RunAsync("CheckImages");
            if (row.CheckProblem is null) check.AssertSucceeded();
            else check.AssertFailed(row.CheckProblem);
        }

        async Task DoesAllAsync(EngineRow expected)
        {
            await ChecksAsync();
            var publish = await RunAsync(running.Through.Count > 0 ? "Publish" : $"Publish --registry {server.Domain}/row");
            if (expected.BuildProblem is null)
            {
                var tried = Regex.Match(publish.AssertSucceeded().Output, @"linux/amd64 (healthy in \d+\.\d s(, by the image's own check)?)", RegexOptions.None, TimeSpan.FromSeconds(10));
                _row.Add(tried.Groups[1].Value);
                Assert.Equal((true, expected.HasPorts), (tried.Success, !tried.Groups[2].Success));
                Assert.Contains(" tagged ", publish.Output, StringComparison.Ordinal);
            }
            else
            {
                publish.AssertFailed(expected.BuildProblem);
                await CommandRunner.RunAsync(new Command("cp", "-a", published.Artifacts, checkout.Folder), cancellationToken: Cancellation);
            }

            await RunsAsync("prod", expected.EnvironmentProblem);
            await RunsAsync("dev", expected.SourceProblem);
            (await RunAsync("StopEngine")).AssertSucceeded();
            await HasNothingLeftAsync();
        }

        async Task HasNothingLeftAsync() =>
            Assert.All((await running.ContainersAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries), x => Assert.Matches(row.Others, x));

        async Task RunsAsync(string environment, string? problem)
        {
            var up = await RunAsync($"ComposeUp --environment {environment}");
            if (problem is null) Assert.Contains($"Environment '{environment}' is up", up.AssertSucceeded().Output, StringComparison.Ordinal);
            else up.AssertFailed(problem);
            (await RunAsync($"ComposeDown --environment {environment} --delete-volumes")).AssertSucceeded();
        }
    }
}
