using Acci.Delivery.Engines;
using Acci.Delivery.Locks;
using Acci.Delivery.Scanning;
using Acci.Generation.Workflows;
using Acci.Testing;
using NuGet.Versioning;

namespace Acci.Instance.Tests;

/// <summary>What this repository pins.</summary>
public class LocksTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, AppEnvironments.Declaration.Layout.Locks);

    [Fact]
    public void All_that_the_build_uses_is_pinned()
    {
        var locks = ImageLocks.Read(Path.Combine(Folder, "images.json"));

        Assert.Equal(locks.All.Keys, locks.With(FirstPins.ImagesOf([])).Keys);
    }

    [Fact]
    public void Each_file_is_written_as_it_is_read()
    {
        var images = Path.Combine(Folder, "images.json");
        var actions = Path.Combine(Folder, "actions.json");
        var tools = Path.Combine(Folder, "tools.json");

        Assert.Equal(File.ReadAllText(images), ImageLocks.ToJson(ImageLocks.Read(images).All));
        Assert.Equal(File.ReadAllText(actions), ActionLocks.ToJson(ActionLocks.Read(actions).All));
        Assert.Equal(File.ReadAllText(tools), ToolLocks.Read(tools).ToJson());
    }

    [Fact]
    public void The_scanner_is_a_safe_one_and_its_archives_have_its_version()
    {
        var trivy = ToolLocks.Read(Path.Combine(Folder, "tools.json")).Trivy!;

        TrivyVersion.EnsureSafe(NuGetVersion.Parse(trivy.Version), "here");
        Assert.All(trivy.Archives.Values, archive => Assert.Contains($"v{trivy.Version}/", archive.Url, StringComparison.Ordinal));
        Assert.All(trivy.Archives.Values, archive => Assert.True(archive.Sha256 is null || archive.Sha256.Length == 64));
    }
}
