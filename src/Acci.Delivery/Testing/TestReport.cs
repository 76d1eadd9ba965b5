using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Acci.Delivery.Testing;

/// <summary>What the tests of all projects gave. Source: the result files of Visual Studio's test platform (trx), and Cobertura's coverage files.</summary>
/// <param name="Projects">The projects' results, by name.</param>
/// <param name="Coverage">The lines that were run of each assembly, by name; empty where coverage was not measured.</param>
public sealed record TestReport(IReadOnlyList<TestedProject> Projects, IReadOnlyList<CoveredAssembly> Coverage)
{
    private const int ShownFailures = 20;

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Reads the result files and the coverage files that a run has written to a folder.</summary>
    /// <param name="folder">The folder. What earlier runs have left in it is not read.</param>
    /// <param name="root">The repository's root. Code from elsewhere, and the tests themselves, are not what is covered.</param>
    /// <param name="begin">When the run began.</param>
    public static TestReport Read(string folder, string root, DateTime begin)
    {
        if (!Directory.Exists(folder)) return new TestReport([], []);
        var projects = Files("*.trx", SearchOption.TopDirectoryOnly).Order(StringComparer.Ordinal).Select(ReadProject).ToList();
        var tests = projects.Select(x => x.Name).ToHashSet();
        // A line counts as run when the tests of any project ran it: the same assembly may be in several files.
        var lines = Files("*.cobertura.xml", SearchOption.AllDirectories).SelectMany(ReadLines)
            .Where(x => !tests.Contains(x.Assembly) && IsOf(root, x.File))
            .GroupBy(x => (x.Assembly, x.File, x.Line), x => x.IsRun);
        var coverage = lines.GroupBy(x => x.Key.Assembly, x => x.Any(isRun => isRun)).Select(x => new CoveredAssembly(x.Key, x.Count(isRun => isRun), x.Count()));
        return new TestReport(projects, [.. coverage.OrderBy(x => x.Name, StringComparer.Ordinal)]);

        IEnumerable<string> Files(string pattern, SearchOption option) =>
            Directory.EnumerateFiles(folder, pattern, option).Where(x => File.GetLastWriteTime(x) >= begin);
    }

    // Deterministic builds write the root of their sources as "/_/".
    private static bool IsOf(string root, string file)
    {
        var path = Path.GetFullPath(file.StartsWith("/_/", StringComparison.Ordinal) ? file[3..] : file, root);
        return path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal) && File.Exists(path);
    }

    /// <summary>The report as GitHub-flavoured Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("## Tests\n\n| Project | Passed | Failed | Skipped | Time |\n|---|---:|---:|---:|---:|\n");
        foreach (var project in Projects.Append(Total))
            text.Append(CultureInfo.InvariantCulture, $"| {project.Name} | {project.Passed} | {project.Failures.Count} | {project.Skipped} | {project.Duration.TotalSeconds:0.0} s |\n");
        foreach (var failure in Total.Failures.Take(ShownFailures))
            text.Append(CultureInfo.InvariantCulture, $"\n<details><summary>❌ {Escape(failure.Name)}</summary>\n\n```\n{failure.Message.TrimEnd().Replace("```", "'''", StringComparison.Ordinal)}\n```\n\n</details>\n");
        if (Total.Failures.Count > ShownFailures) text.Append(CultureInfo.InvariantCulture, $"\n{Total.Failures.Count - ShownFailures} more failed.\n");
        // A test may quote what it was given.
        if (Coverage.Count == 0) return Redaction.Redact(text.ToString());

        text.Append("\n## Coverage\n\n| Assembly | Lines run | of | |\n|---|---:|---:|---:|\n");
        foreach (var assembly in Coverage.Append(new CoveredAssembly("**all**", Coverage.Sum(x => x.RunLines), Coverage.Sum(x => x.Lines))))
            text.Append(CultureInfo.InvariantCulture, $"| {assembly.Name} | {assembly.RunLines} | {assembly.Lines} | {100.0 * assembly.RunLines / assembly.Lines:0.0} % |\n");
        return Redaction.Redact(text.ToString());
    }

    private TestedProject Total => new("**all**", Projects.Sum(x => x.Passed), Projects.Sum(x => x.Skipped), [.. Projects.SelectMany(x => x.Failures)], Projects.Aggregate(TimeSpan.Zero, (sum, x) => sum + x.Duration));

    private static TestedProject ReadProject(string file)
    {
        var run = XDocument.Load(file).Root!;
        var results = run.Descendants(Trx + "UnitTestResult").ToList();
        var times = run.Element(Trx + "Times");
        var failures = results.Where(x => (string?)x.Attribute("outcome") == "Failed")
            .Select(x => new FailedTest((string?)x.Attribute("testName") ?? "", (string?)x.Descendants(Trx + "Message").FirstOrDefault() ?? ""));
        return new TestedProject(
            Path.GetFileNameWithoutExtension(file),
            results.Count(x => (string?)x.Attribute("outcome") == "Passed"),
            results.Count(x => (string?)x.Attribute("outcome") == "NotExecuted"),
            [.. failures],
            times is null ? TimeSpan.Zero : ((DateTimeOffset?)times.Attribute("finish") ?? default) - ((DateTimeOffset?)times.Attribute("start") ?? default));
    }

    private static IEnumerable<(string Assembly, string File, int Line, bool IsRun)> ReadLines(string file) =>
        from coverage in new[] { XDocument.Load(file).Root! }
        // What file names are relative to.
        let folders = coverage.Elements("sources").Elements("source").Select(x => x.Value).ToList()
        from package in coverage.Descendants("package")
        from type in package.Descendants("class")
        let name = (string?)type.Attribute("filename") ?? ""
        let path = folders.Select(x => Path.Combine(x, name)).FirstOrDefault(File.Exists) ?? name
        from line in type.Elements("lines").Elements("line")
        select ((string?)package.Attribute("name") ?? "", path, (int)line.Attribute("number")!, (long)line.Attribute("hits")! > 0);

    private static string Escape(string text) => SafeText.Terminal(text).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
