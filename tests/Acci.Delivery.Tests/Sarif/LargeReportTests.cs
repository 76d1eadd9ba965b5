using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Acci.Delivery.Sarif;

namespace Acci.Delivery.Tests.Sarif;

[Collection(nameof(Alone))]
public sealed class LargeReportTests : SarifFixture
{
    private const int Count = 100_000;
    private const long MemoryLimit = 500L * 1024 * 1024;

    [Fact]
    public async Task A_hundred_thousand_results_are_read_fingerprinted_cut_and_written_in_500_MiB()
    {
        var report = WriteReport();
        var baseline = await MeasureParsingAsync(report);

        var run = await LargeReportRun.StartAsync(report, Cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.ProcessorTime / baseline:0.0} times as long as parsing the file ({run.ProcessorTime.TotalSeconds:0.0} s), {run.PeakWorkingSet / 1048576.0:0} MiB"));
        Assert.Equal((Count, UploadLimits.GitHub.Results, UploadLimits.GitHub.Results), (run.Fingerprinted, run.Kept, run.Critical));
        Assert.True(run.PeakWorkingSet < MemoryLimit, $"it took {run.PeakWorkingSet / 1048576} MiB");
    }

    /// <summary>What is measured is not measured beside other tests.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    private static async Task<TimeSpan> MeasureParsingAsync(string report)
    {
        var watch = Stopwatch.StartNew();
        await using var stream = File.OpenRead(report);
        await JsonNode.ParseAsync(stream, cancellationToken: Cancellation);
        return watch.Elapsed;
    }

    // As Trivy's own are, 20 files of 5,000 lines, a critical one in ten.
    private string WriteReport()
    {
        for (var i = 0; i < 20; i++) Write($"src/file{i}.cs", string.Concat(Enumerable.Range(0, 5000).Select(line => $"    statement({i}, {line});\n")));
        var file = Path.Combine(Root, "large.sarif");
        using var writer = new StreamWriter(file);
        writer.Write("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "Large", "rules": [ """);
        for (var i = 0; i < 2000; i++) writer.Write($$"""{{(i > 0 ? "," : "")}} { "id": "CVE-{{i}}", "shortDescription": { "text": "a rule" }, "properties": { "security-severity": "{{(i % 10 == 0 ? "9.8" : "5.0")}}", "tags": [ "security" ] } }""");
        writer.Write(""" ] } }, "results": [ """);
        for (var i = 0; i < Count; i++)
        {
            writer.Write($$"""
                {{(i > 0 ? "," : "")}} { "ruleId": "CVE-{{i % 2000}}", "ruleIndex": {{i % 2000}}, "level": "error", "message": { "text": "{{(i % 10 == 0 ? "critical" : "medium")}}: Package: libssl{{i}}\nInstalled Version: 1.1.1c-r0\nFixed Version: 1.1.1d-r0\nLink: [CVE-2019-1549](https://avd.aquasec.com/nvd/cve-2019-1549)" },
                  "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "src/file{{i % 20}}.cs", "uriBaseId": "ROOTPATH" }, "region": { "startLine": {{1 + (i % 5000)}}, "startColumn": 1, "endLine": {{1 + (i % 5000)}}, "endColumn": 1 } }, "message": { "text": "library/x: libssl@1" } } ] }
                """);
        }

        writer.Write(" ] } ] }");
        return file;
    }
}
