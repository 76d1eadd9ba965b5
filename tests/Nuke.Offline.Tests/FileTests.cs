using Nuke.Common.IO;

namespace Nuke.Offline.Tests;

/// <summary>The file system, seen from a path.</summary>
public sealed class FileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private AbsolutePath Root => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Text_files_end_in_a_line_break_and_missing_directories_are_created()
    {
        var file = (Root / "a" / "b.txt").WriteAllText("x");

        Assert.Equal("x\n", File.ReadAllText(file));
        Assert.Equal("x\n", File.ReadAllText(file.WriteAllText("x\n")));
        Assert.Equal("x", File.ReadAllText(file.WriteAllText("x", eofLineBreak: false)));
        Assert.Equal(["a", "b"], file.WriteAllLines(["a", "b"]).ReadAllLines());
        Assert.Equal("A\nB\n", file.UpdateText(x => x.ToUpperInvariant()).ReadAllText().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void What_a_name_ends_in_decides_what_must_exist()
    {
        var someFile = Root.CreateDirectory();
        var some = Root;

        Assert.False(someFile.Exists());
        Assert.True(some.Exists());
        Assert.Null((Root / "nothing").ExistingDirectory());
    }

    [Fact]
    public void A_directory_is_cleaned_with_all_that_is_in_it()
    {
        (Root / "d" / "e" / "f.txt").TouchFile();

        Assert.Empty(Directory.EnumerateFileSystemEntries((Root / "d").CreateOrCleanDirectory()));
        (Root / "d").DeleteDirectory();
        (Root / "d").DeleteDirectory();
        Assert.False((Root / "d").DirectoryExists());
    }

    [Fact]
    public void A_directory_is_copied_without_what_is_excluded()
    {
        (Root / "from" / "keep" / "a.txt").TouchFile();
        (Root / "from" / "bin" / "b.txt").TouchFile();
        (Root / "from" / "c.tmp").TouchFile();

        (Root / "from").Copy(Root / "to", excludeDirectory: x => x.Name == "bin", excludeFile: x => x.Extension == ".tmp");

        Assert.Equal(["keep/a.txt"], (Root / "to").GlobFiles("**/*").Select(x => (Root / "to").GetUnixRelativePathTo(x).ToString()));
    }

    [Fact]
    public void What_exists_already_is_kept_replaced_or_an_error()
    {
        var from = (Root / "from" / "a.txt").WriteAllText("new");
        var to = (Root / "to" / "a.txt").WriteAllText("old");

        Assert.Contains("already exists", Assert.Throws<Exception>(() => from.Copy(to)).Message);
        Assert.Contains("already exists", Assert.Throws<Exception>(() => from.Parent.Copy(to.Parent)).Message);
        from.Parent.Copy(to.Parent, ExistsPolicy.MergeAndSkip);
        Assert.Equal("old\n", to.ReadAllText());
        from.Parent.Copy(to.Parent, ExistsPolicy.MergeAndOverwrite);
        Assert.Equal("new\n", to.ReadAllText());
    }

    [Fact]
    public void Moving_leaves_nothing_behind()
    {
        (Root / "from" / "a" / "b.txt").WriteAllText("b");

        (Root / "from").MoveToDirectory(Root / "to");
        (Root / "to" / "from").Rename("renamed");
        (Root / "to" / "renamed" / "a" / "b.txt").RenameWithoutExtension("c");

        Assert.False((Root / "from").Exists());
        Assert.Equal("b\n", (Root / "to" / "renamed" / "a" / "c.txt").ReadAllText());
    }

    [Fact]
    public void Patterns_find_files_and_directories()
    {
        foreach (var file in new[] { "src/a/a.cs", "src/a/obj/b.cs", "src/a.txt", "tests/t/t.csproj" })
            (Root / file).TouchFile();

        Assert.Equal(["src/a/a.cs", "src/a/obj/b.cs", "tests/t/t.csproj"], Relative(Root.GlobFiles("src/**/*.cs", "tests/*/*.csproj")));
        Assert.Equal(["src/a/obj"], Relative(Root.GlobDirectories("**/obj")));
        Assert.Equal(["src/a", "tests/t"], Relative(Root.GlobDirectories("*/*")));
        Assert.Empty((Root / "nowhere").GlobFiles("**/*"));
    }

    [Fact]
    public void Files_are_listed_down_to_a_depth()
    {
        foreach (var file in new[] { "a.txt", "x/b.txt", "x/y/c.txt" })
            (Root / file).TouchFile();

        Assert.Equal(["a.txt"], Relative(Root.GetFiles()));
        Assert.Equal(["a.txt", "x/b.txt"], Relative(Root.GetFiles("*.txt", depth: 2)));
        Assert.Equal(["x", "x/y"], Relative(Root.GetDirectories(depth: 2)));
    }

    [Fact]
    public void The_nearest_directory_above_is_found()
    {
        (Root / "a" / "b").CreateDirectory();
        (Root / "marker").TouchFile();

        Assert.Equal(Root, (Root / "a" / "b").FindParent(x => x.ContainsFile("marker")));
    }

    private IEnumerable<string> Relative(IEnumerable<AbsolutePath> paths) => paths.Select(x => Root.GetUnixRelativePathTo(x).ToString());
}
