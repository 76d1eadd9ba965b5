using System.Diagnostics;
using Acci.Delivery.GitHub;
using Acci.Delivery.Processes;
using Acci.Delivery.Testing;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;
using Nuke.Components;

namespace Acci.Components;

/// <summary>Runs the tests, measures what they cover if asked to, and sums both up.</summary>
public interface ITestWithSummary : ITest
{
    /// <summary>Measures which lines the tests run.</summary>
    [Parameter("Test also measures which lines the tests run")]
    bool Coverage => TryGetValue<bool?>(() => Coverage) ?? false;

    /// <summary>The tests to run.</summary>
    [Parameter("Which tests Test runs, as in 'FullyQualifiedName~Versioning'; default: all")]
    string? TestFilter => TryGetValue(() => TestFilter);

    Configure<DotNetTestSettings> ITest.TestSettings => _ => _
        .When(_ => Coverage, x => x.SetDataCollector("Code Coverage;Format=cobertura"))
        .When(_ => TestFilter is not null, x => x.SetFilter(TestFilter));

    /// <summary>Writes <c>artifacts/test-results/summary.md</c>, which in GitHub Actions is on the job's summary page, too.</summary>
    void ITest.ReportTestResults()
    {
        using var process = Process.GetCurrentProcess();
        var markdown = TestReport.Read(TestResultDirectory, RootDirectory, process.StartTime).ToMarkdown();
        (TestResultDirectory / "summary.md").WriteAllText(markdown);
        // NUKE waits for nobody here.
        JobSummary.Of(ProcessEnvironment.Read())?.AppendAsync(markdown, Interruption.Token).GetAwaiter().GetResult();
    }
}
