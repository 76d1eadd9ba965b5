using System.Text.Json;

namespace Acci.Testing;

/// <summary>
/// Cases from the field's own test suites: the folder that ACCI_CONFORMANCE names, else <c>shared/conformance</c> in a folder above this one.
/// Every file counts, so that more can be put in. Where there is no such folder the tests are skipped and say so.
/// </summary>
public static class Conformance
{
    private const string Variable = "ACCI_CONFORMANCE";

    private static readonly string? Root = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? (Directory.Exists(named) ? named : null)
        : Above(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, "shared", "conformance")).FirstOrDefault(Directory.Exists);

    /// <summary>One row for every case in every file of the folder: the file and the case's place in it.</summary>
    public static IEnumerable<TheoryDataRow<string, int>> Cases(string folder, Func<JsonElement, string> nameOf)
    {
        if (Root is null || !Directory.Exists(Path.Combine(Root, folder)))
        {
            var reason = $"There are no cases: neither {Variable} nor a folder shared/conformance above this one leads to '{folder}'.";
            return [new TheoryDataRow<string, int>("", 0) { Skip = reason, TestDisplayName = folder }];
        }

        return
            from path in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.json").Order(StringComparer.Ordinal)
            let file = Path.GetRelativePath(Root, path)
            from testCase in Read(path).Index()
            select new TheoryDataRow<string, int>(file, testCase.Index) { TestDisplayName = $"{file}: {nameOf(testCase.Item)}" };
    }

    /// <summary>A file that is no list of cases; the test that calls this is skipped where there is none.</summary>
    public static string Text(string file)
    {
        Assert.SkipWhen(Root is null || !System.IO.File.Exists(Path.Combine(Root, file)), $"There is no {file}: neither {Variable} nor a folder shared/conformance above this one leads to it.");
        return System.IO.File.ReadAllText(Path.Combine(Root, file));
    }

    /// <summary>One row for every file of the folder with this ending: its path.</summary>
    public static IEnumerable<TheoryDataRow<string>> Files(string folder, string ending)
    {
        if (Root is not null && Directory.Exists(Path.Combine(Root, folder)))
            return Directory.EnumerateFiles(Path.Combine(Root, folder), $"*{ending}").Order(StringComparer.Ordinal).Select(path => new TheoryDataRow<string>(path) { TestDisplayName = Path.GetRelativePath(Root, path) });
        var reason = $"There are no cases: neither {Variable} nor a folder shared/conformance above this one leads to '{folder}'.";
        return [new TheoryDataRow<string>("") { Skip = reason, TestDisplayName = folder }];
    }

    /// <summary>A file of the cases' folder, or null when it is not there.</summary>
    public static string? File(string name) => Root is not null && System.IO.File.Exists(Path.Combine(Root, name)) ? Path.Combine(Root, name) : null;

    /// <summary>One case.</summary>
    public static JsonElement Case(string file, int index) => Read(Path.Combine(Root!, file))[index];

    // A list of cases, or a single one.
    private static List<JsonElement> Read(string file)
    {
        var content = JsonElement.Parse(System.IO.File.ReadAllBytes(file));
        return content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray()] : [content];
    }

    private static IEnumerable<string> Above(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent) yield return current.FullName;
    }
}
