using System.Xml;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.ProjectModel;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;
using static Nuke.Common.Tools.DotNet.DotNetTasks;

namespace Nuke.Components;

/// <summary>Runs tests.</summary>
public interface ITest : ICompile, IHazArtifacts
{
    /// <summary>Runs the tests of all test projects; the summary tells how many passed.</summary>
    Target Test => _ => _
        .DependsOn(Compile)
        .Produces(TestResultDirectory / "*.trx")
        .Executes(() =>
        {
            try
            {
                DotNetTest(
                    _ => _
                        .Apply(TestSettingsBase)
                        .Apply(TestSettings)
                        .CombineWith(TestProjects, (options, project) => options
                            .Apply(TestProjectSettingsBase, project)
                            .Apply(TestProjectSettings, project)),
                    TestDegreeOfParallelism,
                    completeOnFailure: true);
            }
            finally
            {
                ReportTestResults();
                ReportTestCount();
            }
        });

    /// <summary>Where the results go: <c>artifacts/test-results</c>.</summary>
    AbsolutePath TestResultDirectory => ArtifactsDirectory / "test-results";

    /// <summary>The projects with tests.</summary>
    IEnumerable<Project> TestProjects { get; }

    /// <summary>How many of them are tested at a time.</summary>
    int TestDegreeOfParallelism => 1;

    /// <summary>What always holds.</summary>
    sealed Configure<DotNetTestSettings> TestSettingsBase => _ => _
        .SetConfiguration(Configuration)
        .SetNoBuild(SucceededTargets.Contains(Compile))
        .ResetVerbosity()
        .SetResultsDirectory(TestResultDirectory);

    /// <summary>What always holds for one project.</summary>
    sealed Configure<DotNetTestSettings, Project> TestProjectSettingsBase => (options, project) => options
        .SetProjectFile(project)
        .AddLoggers($"trx;LogFileName={project.Name}.trx");

    /// <summary>What a build changes.</summary>
    Configure<DotNetTestSettings> TestSettings => _ => _;

    /// <summary>What a build changes for one project.</summary>
    Configure<DotNetTestSettings, Project> TestProjectSettings => (options, _) => options;

    /// <summary>Hands the results to the build server; GitHub Actions takes none.</summary>
    void ReportTestResults()
    {
    }

    /// <summary>Counts the results for the summary.</summary>
    void ReportTestCount()
    {
        var outcomes = TestResultDirectory.GlobFiles("*.trx").SelectMany(OutcomesIn).ToList();
        var passed = outcomes.Count(x => x == "Passed");
        var failed = outcomes.Count(x => x == "Failed");
        var skipped = outcomes.Count(x => x == "NotExecuted");

        ReportSummary(summary =>
        {
            if (failed > 0)
                summary["Failed"] = $"{failed}";
            summary["Passed"] = $"{passed}";
            if (skipped > 0)
                summary["Skipped"] = $"{skipped}";
            return summary;
        });

        static List<string> OutcomesIn(AbsolutePath file)
        {
            var outcomes = new List<string>();
            using var reader = XmlReader.Create(file);
            while (reader.Read())
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "UnitTestResult" })
                    outcomes.Add(reader.GetAttribute("outcome"));
            }

            return outcomes;
        }
    }
}
