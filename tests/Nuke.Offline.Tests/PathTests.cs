using Nuke.Common.IO;

namespace Nuke.Offline.Tests;

/// <summary>Path arithmetic.</summary>
public class PathTests
{
    private static readonly AbsolutePath Root = "/root";

    [Theory]
    [InlineData("/a//b/./c/", "/a/b/c")]
    [InlineData("/a/b/../c", "/a/c")]
    [InlineData("/", "/")]
    [InlineData("C:/a\\b", "C:\\a\\b")]
    [InlineData("C:", "C:")]
    [InlineData(@"\\server\share\..\other", @"\\server\other")]
    public void Paths_are_normalized(string path, string normalized) => Assert.Equal(normalized, AbsolutePath.Create(path));

    [Fact]
    public void A_path_needs_a_root() =>
        Assert.Equal("Path 'a/b' must be rooted", Assert.Throws<Exception>(() => AbsolutePath.Create("a/b")).Message);

    [Fact]
    public void Nothing_is_above_the_root()
    {
        Assert.Throws<Exception>(() => (AbsolutePath)"/a/../..");
        Assert.Null(((AbsolutePath)"/").Parent);
        Assert.Null(((AbsolutePath)"C:").Parent);
    }

    [Fact]
    public void Slashes_lead_down_and_dots_up()
    {
        Assert.Equal("/root/a/b.txt", Root / "a" / "b.txt");
        Assert.Equal("/root", Root / "a" / "..");
        Assert.Equal("/root", Root / "a" / ..);
        Assert.Equal("/root.bak", Root + ".bak");
        Assert.Equal("C:\\a\\b", (AbsolutePath)"C:\\a" / "b");
    }

    [Fact]
    public void A_rooted_path_leads_nowhere_else() => Assert.Throws<Exception>(() => Root / "/etc");

    [Fact]
    public void A_path_has_a_name_and_an_extension()
    {
        var path = Root / "archive.tar.gz";

        Assert.Equal(("archive.tar.gz", "archive.tar", ".gz", Root), (path.Name, path.NameWithoutExtension, path.Extension, path.Parent));
        Assert.True(path.HasExtension("zip", ".gz"));
        Assert.Equal(Root / "archive.tar.xz", path.WithExtension("xz"));
    }

    [Fact]
    public void Windows_paths_ignore_case_and_unix_paths_do_not()
    {
        Assert.Equal((AbsolutePath)"C:\\A", (AbsolutePath)"c:\\a");
        Assert.True((AbsolutePath)"/A" != (AbsolutePath)"/a");
    }

    [Theory]
    [InlineData("/a/b", "/a/b/c/d", "c/d")]
    [InlineData("/a/b", "/a/c", "../c")]
    [InlineData("/a/b", "/a/b", "")]
    [InlineData("C:\\a", "C:\\b\\c", "..\\b\\c")]
    public void A_relative_path_leads_from_one_place_to_another(string from, string to, string relative) =>
        Assert.Equal(relative, PathConstruction.GetRelativePath(from, to));

    [Fact]
    public void No_relative_path_leads_to_another_root() => Assert.Throws<Exception>(() => ((AbsolutePath)"/a").GetRelativePathTo("C:\\b"));

    [Fact]
    public void Relative_paths_are_written_for_either_platform()
    {
        var path = Root.GetRelativePathTo(Root / "a" / "b");

        Assert.Equal("a/b", path.ToUnixRelativePath());
        Assert.Equal("a\\b", path.ToWinRelativePath());
        Assert.Equal("a/c", (UnixRelativePath)"a/b" / ".." / "c");
        Assert.Equal("x/a", ((RelativePath)"x" / "a" / "b" / ..).ToUnixRelativePath());
    }

    [Fact]
    public void A_place_contains_what_is_below_it()
    {
        Assert.True(Root.Contains(Root / "a"));
        Assert.True(Root.Contains(Root));
        Assert.False(Root.Contains("/rooted"));
    }

    [Fact]
    public void A_path_with_spaces_is_quoted_in_interpolated_strings()
    {
        var path = Root / "a b";

        Assert.Equal("\"/root/a b\"", $"{path}");
        Assert.Equal("/root/a b", $"{path:nq}");
        Assert.Equal("'/root/a b'", $"{path:sn}");
        Assert.Equal("/root", $"{Root}");
        Assert.Equal("/root/a b", path.ToString());
    }
}
