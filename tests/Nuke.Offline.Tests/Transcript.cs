using System.Text.RegularExpressions;

namespace Nuke.Offline.Tests;

/// <summary>What NUKE printed for one command line over the sample.</summary>
internal sealed partial record Transcript(string Name, IReadOnlyList<string> Arguments, string Output, int ExitCode)
{
    // The transcripts do not show quotes.
    private static readonly Dictionary<string, string[]> QuotedArguments = new() { ["greeting"] = ["Greet", "--greeting", "you all"] };

    private static readonly Dictionary<string, Dictionary<string, string>> Environments = ReadEnvironments();

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(TestData.Behaviour, "*.txt").Select(x => Path.GetFileNameWithoutExtension(x)).Where(x => x != "environment").Order();

    public IReadOnlyDictionary<string, string>? Environment => Environments.GetValueOrDefault(Name);

    public static Transcript Read(string name)
    {
        var lines = File.ReadAllText(Path.Combine(TestData.Behaviour, $"{name}.txt")).TrimEnd('\n').Split('\n');
        var arguments = QuotedArguments.GetValueOrDefault(name) ?? lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(3).ToArray();
        var exitCode = int.Parse(ExitCodeLine().Match(lines[^1]).Groups[1].Value);
        return new Transcript(name, arguments, string.Join('\n', lines[1..^1]), exitCode);
    }

    /// <summary>The output without what differs from run to run, and without what is NUKE's own.</summary>
    public static string Normalize(string output, string? root = null)
    {
        if (root is not null)
            output = output.Replace(root, "<root>");
        output = Color().Replace(output, string.Empty);
        output = Logo().Replace(output, string.Empty);
        output = Engine().Replace(output, "Nuke.Offline, a stand-in for NUKE 10.1.0");
        output = Time().Replace(output, string.Empty);
        output = Date().Replace(output, "on <date>");
        output = StackTrace().Replace(output, string.Empty);
        output = Duration().Replace(output, " <duration>");
        output = Executable().Replace(output, "> dotnet");
        return output.TrimEnd();
    }

    private static Dictionary<string, Dictionary<string, string>> ReadEnvironments() => File
        .ReadAllText(Path.Combine(TestData.Behaviour, "environment.txt"))
        .Split(['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(x => x.Split(' '))
        .ToDictionary(
            x => x[Array.IndexOf(x, "r") + 1],
            x => x.TakeWhile(y => y != "r").Select(y => y.Split('=', 2)).ToDictionary(y => y[0], y => y[1]));

    [GeneratedRegex(@"\[exit code (\d+)\]")]
    private static partial Regex ExitCodeLine();

    [GeneratedRegex(@"\e\[[\d;]*m")]
    private static partial Regex Color();

    [GeneratedRegex("^\u200b\n(?:[█╔╗╚╝║═\u00a0]+\n){6}\u200b\n", RegexOptions.Multiline)]
    private static partial Regex Logo();

    [GeneratedRegex(@"^NUKE Execution Engine version .*$", RegexOptions.Multiline)]
    private static partial Regex Engine();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d ", RegexOptions.Multiline)]
    private static partial Regex Time();

    [GeneratedRegex(@"on \d\d/\d\d/\d{4} \d\d:\d\d:\d\d")]
    private static partial Regex Date();

    [GeneratedRegex(@"^   at .*\n", RegexOptions.Multiline)]
    private static partial Regex StackTrace();

    [GeneratedRegex(@"\u00a0+(< 1sec|\d+:\d\d)")]
    private static partial Regex Duration();

    [GeneratedRegex(@"> \S*/dotnet\b")]
    private static partial Regex Executable();
}
