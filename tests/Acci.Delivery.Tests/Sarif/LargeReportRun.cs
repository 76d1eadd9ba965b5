using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Sarif;

namespace Acci.Delivery.Tests.Sarif;

/// <summary>One report, from its file to what would be sent, in a process that does nothing else: what it takes is the report's own.</summary>
/// <param name="Fingerprinted">Results that got a fingerprint.</param>
/// <param name="Kept">Results that would be sent.</param>
/// <param name="Critical">Those of them that begin with <c>critical</c>.</param>
/// <param name="ProcessorTime">How long it computed, on all processors together: beside other work the time by the clock says little, and without it this is the longer.</param>
/// <param name="PeakWorkingSet">The most memory it had at once, in bytes, with the runtime's own.</param>
internal sealed record LargeReportRun(int Fingerprinted, int Kept, int Critical, TimeSpan ProcessorTime, long PeakWorkingSet)
{
    private const string FileVariable = "ACCI_LARGE_REPORT";

    /// <summary>Starts this assembly's program, which finds the variable and does nothing else.</summary>
    public static async Task<LargeReportRun> StartAsync(string file, CancellationToken cancellationToken)
    {
        var command = new Command("dotnet", typeof(LargeReportRun).Assembly.Location) { Environment = new Dictionary<string, string?> { [FileVariable] = file } };
        return JsonSerializer.Deserialize<LargeReportRun>((await CommandRunner.RunAsync(command, cancellationToken: cancellationToken)).StandardOutput)!;
    }

    [ModuleInitializer]
    internal static void RunWhereAsked()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } file) return;
        List<string> warnings = [];
        var analysis = Analysis.Merge([SarifReader.Read(file, warnings.Add)], warnings.Add).Single();
        new Fingerprints(Path.GetDirectoryName(file)!).AddTo(analysis.Run, warnings.Add);
        var fingerprinted = analysis.Run.Results.Count(x => x.PartialFingerprints is not null);
        UploadLimits.GitHub.Apply(analysis, warnings.Add);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new LargeReportRun(
            fingerprinted, analysis.Run.Results.Count, analysis.Run.Results.Count(x => x.Message.Text.StartsWith("critical", StringComparison.Ordinal)), process.TotalProcessorTime, process.PeakWorkingSet64)));
        Environment.Exit(0);
    }
}
