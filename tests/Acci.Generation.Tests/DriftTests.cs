namespace Acci.Generation.Tests;

public sealed class DriftTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("acci-drift-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_file_that_is_what_its_sources_say_has_not_drifted()
    {
        GeneratedFile file = new("a/b.yml", "one\ntwo\n");

        Assert.True(file.Write(_root.FullName));

        Assert.False(file.Write(_root.FullName));
        Assert.Empty(Drift.Find(_root.FullName, [file]));
    }

    [Fact]
    public void A_change_by_hand_is_shown_as_the_way_back()
    {
        GeneratedFile file = new("a/b.yml", "one\ntwo\nthree\n");
        file.Write(_root.FullName);
        var place = Path.Combine(_root.FullName, "a", "b.yml");
        File.WriteAllText(place, "one\n2\nthree\n");

        var drift = Assert.Single(Drift.Find(_root.FullName, [file]));

        Assert.Equal("--- a/a/b.yml\n+++ b/a/b.yml\n@@ -1,3 +1,3 @@\n one\n-2\n+two\n three\n", drift.Diff);
        Assert.Equal("one\n2\nthree\n", File.ReadAllText(place));
    }

    [Fact]
    public void A_file_that_is_missing_and_one_that_is_too_much_are_drift()
    {
        var missing = Assert.Single(Drift.Find(_root.FullName, [new GeneratedFile("new.yml", "one\n")]));
        var obsolete = Drift.Between("old.yml", "one\n", null);

        Assert.StartsWith("--- /dev/null\n+++ b/new.yml\n", missing.Diff, StringComparison.Ordinal);
        Assert.Contains("\n+one\n", missing.Diff, StringComparison.Ordinal);
        Assert.StartsWith("--- a/old.yml\n+++ /dev/null\n", obsolete.Diff, StringComparison.Ordinal);
        Assert.Contains("\n-one\n", obsolete.Diff, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ends_are_a_difference()
    {
        GeneratedFile file = new("a.yml", "one\n");
        File.WriteAllText(Path.Combine(_root.FullName, "a.yml"), "one\r\n");

        Assert.Single(Drift.Find(_root.FullName, [file]));
    }
}
