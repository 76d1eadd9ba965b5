using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;

namespace Acci.Components;

/// <summary>Removes what builds make.</summary>
public interface IClean : IHazArtifacts
{
    /// <summary>Removes artifacts, and the intermediate and output folders of all projects but the running build's. Caches and published images stay.</summary>
    Target Clean => _ => _
        .Description("Removes artifacts and the projects' bin and obj folders; caches and published images stay")
        .TryBefore<IRestore>(x => x.Restore)
        .TryBefore<IBuildImages>(x => x.BuildImages)
        .Executes(() =>
        {
            foreach (var folder in RootDirectory.GlobDirectories("src/*/bin", "src/*/obj", "tests/*/bin", "tests/*/obj")) folder.DeleteDirectory();
            ArtifactsDirectory.CreateOrCleanDirectory();
        });
}
