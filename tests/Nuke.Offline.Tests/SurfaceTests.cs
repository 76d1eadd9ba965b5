using Nuke.Common;

namespace Nuke.Offline.Tests;

/// <summary>A build that compiles against Nuke.Offline compiles against NUKE.</summary>
public class SurfaceTests
{
    [Fact]
    public void Every_public_member_is_one_of_nuke_with_the_same_signature()
    {
        var nuke = ReadSurface();

        var strangers = PublicSurface.Of(typeof(NukeBuild).Assembly).SelectMany(x => nuke.TryGetValue(x.Type, out var members)
            ? x.Members.Except(members).Select(member => $"{x.Type}\n    {member}")
            : [x.Type]);

        Assert.Equal(string.Empty, string.Join(Environment.NewLine, strangers));
    }

    [Fact]
    public void The_surface_is_not_vacuous()
    {
        var surface = PublicSurface.Of(typeof(NukeBuild).Assembly).ToList();

        Assert.Contains("interface Nuke.Components.IRestore : Nuke.Components.IHazSolution, Nuke.Common.INukeBuild", surface.Select(x => x.Type));
        Assert.True(surface.Sum(x => x.Members.Length) > 500);
    }

    private static Dictionary<string, HashSet<string>> ReadSurface()
    {
        var types = new Dictionary<string, HashSet<string>>();
        HashSet<string>? members = null;
        foreach (var line in Directory.EnumerateFiles(TestData.Surface, "*.txt").SelectMany(File.ReadLines))
        {
            if (line.StartsWith("  "))
                members!.Add(line[2..]);
            else if (!line.StartsWith('#'))
                types[line] = members = [];
        }

        return types;
    }
}
