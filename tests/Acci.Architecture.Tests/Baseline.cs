using Acci.Testing;

namespace Acci.Architecture.Tests;

/// <summary>A checked-in text file that a test compares with; with <c>ACCI_WRITE_BASELINES=1</c> the test writes it, and the change is for the review.</summary>
internal static class Baseline
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "tests", "Acci.Architecture.Tests");

    /// <summary>Fails where the file says something else.</summary>
    public static void Check(string file, string actual, string meaning)
    {
        var path = Path.Combine(Folder, file);
        var text = actual.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("ACCI_WRITE_BASELINES") == "1") File.WriteAllText(path, text);
        var (known, now) = (LinesOf(File.Exists(path) ? File.ReadAllText(path) : ""), LinesOf(text));
        var differences = now.Except(known).Select(x => $"+ {x}").Concat(known.Except(now).Select(x => $"- {x}")).ToArray();
        Assert.True(differences.Length == 0 && known.SequenceEqual(now), $"{file}: {meaning} Set ACCI_WRITE_BASELINES=1 to write what is now.\n{string.Join('\n', differences)}");
    }

    private static string[] LinesOf(string text) => text.ReplaceLineEndings("\n").Split('\n');
}
