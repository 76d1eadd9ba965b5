using Acci.Delivery.Testing;

namespace Acci.Delivery.Tests.Testing;

public sealed class TestReportTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acci-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Results_are_summed_up_by_project_and_failures_are_shown()
    {
        Write("A.Tests.trx", """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <Times start="2026-01-01T10:00:00.0000000+00:00" finish="2026-01-01T10:00:02.5000000+00:00" />
              <Results>
                <UnitTestResult testName="One" outcome="Passed" />
                <UnitTestResult testName="Two(x: List&lt;int&gt;)" outcome="Failed"><Output><ErrorInfo><Message>Assert.Equal() Failure</Message></ErrorInfo></Output></UnitTestResult>
                <UnitTestResult testName="Three" outcome="NotExecuted" />
              </Results>
            </TestRun>
            """);
        Write("B.Tests.trx", """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testName="Four" outcome="Passed" /></Results></TestRun>""");

        var markdown = Read().ToMarkdown();

        Assert.Contains("| A.Tests | 1 | 1 | 1 | 2.5 s |\n| B.Tests | 1 | 0 | 0 | 0.0 s |\n| **all** | 2 | 1 | 1 | 2.5 s |\n", markdown, StringComparison.Ordinal);
        Assert.Contains("❌ Two(x: List&lt;int&gt;)</summary>\n\n```\nAssert.Equal() Failure\n```", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("Coverage", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_failed_test_quotes_of_a_secret_is_masked()
    {
        Redaction.Register("k3y-in-a-test");
        Write("A.Tests.trx", """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testName="One(k3y-in-a-test)" outcome="Failed"><Output><ErrorInfo><Message>Expected: k3y-in-a-test</Message></ErrorInfo></Output></UnitTestResult>
            </Results></TestRun>
            """);

        var markdown = Read().ToMarkdown();

        Assert.Contains($"One({Redaction.Mask})</summary>\n\n```\nExpected: {Redaction.Mask}\n```", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_counts_as_run_when_the_tests_of_any_project_ran_it()
    {
        Write("Lib.cs", "");
        foreach (var (project, first, second) in new[] { ("A", 1, 0), ("B", 0, 0), ("C", 3, 0) }) WriteCoverage($"{project}/x.cobertura.xml", "Lib", "Lib.cs", first, second);

        var report = Read();

        Assert.Equal([new CoveredAssembly("Lib", 1, 2)], report.Coverage);
        Assert.Contains("| Lib | 1 | 2 | 50.0 % |", report.ToMarkdown(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_covered_is_the_repository_s_own_code_and_not_its_tests()
    {
        foreach (var file in new[] { "Lib.cs", "Tests.cs" }) Write(file, "");
        Write("Lib.Tests.trx", """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testName="Four" outcome="Passed" /></Results></TestRun>""");
        WriteCoverage("1.cobertura.xml", "Lib", "/_/Lib.cs", 1, 0);
        WriteCoverage("2.cobertura.xml", "Lib.Tests", Path.Combine(_folder.FullName, "Tests.cs"), 1, 1);
        WriteCoverage("3.cobertura.xml", "Octokit", "/_/Octokit/Clients.cs", 0, 0);
        Write("src/Part.cs", "");
        WriteCoverage("5.cobertura.xml", "Part", "Part.cs", 1, 1, Path.Combine(_folder.FullName, "src"));
        WriteCoverage("4.cobertura.xml", "Nuke.Build", Path.Combine(Path.GetTempPath(), "NukeBuild.cs"), 0, 0);

        Assert.Equal([new CoveredAssembly("Lib", 1, 2), new CoveredAssembly("Part", 2, 2)], Read().Coverage);
    }

    [Fact]
    public void What_an_earlier_run_has_left_is_not_this_run_s()
    {
        Write("Lib.cs", "");
        Write("Lib.Tests.trx", """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testName="Four" outcome="Passed" /></Results></TestRun>""");
        WriteCoverage("1.cobertura.xml", "Lib", "Lib.cs", 1, 0);

        Assert.Single(Read().Projects);
        Assert.Empty(Read(DateTime.Now.AddMinutes(1)).Projects);
        Assert.Empty(Read(DateTime.Now.AddMinutes(1)).Coverage);
    }

    [Fact]
    public void Where_nothing_was_tested_the_report_says_so()
    {
        Assert.Contains("| **all** | 0 | 0 | 0 |", Read().ToMarkdown(), StringComparison.Ordinal);
        Assert.Empty(TestReport.Read(Path.Combine(_folder.FullName, "nowhere"), _folder.FullName, default).Projects);
    }

    private TestReport Read(DateTime begin = default) => TestReport.Read(_folder.FullName, _folder.FullName, begin);

    private void WriteCoverage(string name, string assembly, string file, int first, int second, string source = "") => Write(name, $"""
        <coverage><sources><source>{source}</source></sources><packages><package name="{assembly}"><classes><class filename="{file}"><lines>
          <line number="1" hits="{first}" /><line number="2" hits="{second}" />
        </lines></class></classes></package></packages></coverage>
        """);

    private void Write(string name, string content)
    {
        var file = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }
}
