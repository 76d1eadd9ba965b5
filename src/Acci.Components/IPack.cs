using Acci.Delivery.Packing;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Serilog;

namespace Acci.Components;

/// <summary>Makes NuGet packages.</summary>
public interface IPack : IHazDryRun, IHazArtifacts
{
    /// <summary>The project files that become packages.</summary>
    IEnumerable<AbsolutePath> PackedProjects { get; }

    /// <summary>Where the packages go.</summary>
    AbsolutePath PackageDirectory => ArtifactsDirectory / "packages";

    /// <summary>Makes a package of each project, and of its symbols, into <c>artifacts/packages</c>, with the version that images get from git, too.</summary>
    Target Pack => _ => _
        .Description("Makes the NuGet packages, into artifacts/packages, with the version that git says")
        .Executes(async () =>
        {
            var packing = new PackageBuild(RootDirectory, PackageDirectory) { Projects = [.. PackedProjects.Select(x => x.ToString()).Order(StringComparer.Ordinal)] };
            if (DryRun)
            {
                Log.Information("Would pack version {Version} of {Projects:l}", (await packing.VersionAsync(Interruption.Token)).ToString(), string.Join(", ", packing.Projects.Select(Path.GetFileNameWithoutExtension)));
                return;
            }

            foreach (var package in await packing.RunAsync(Interruption.Token)) Log.Information("{Package:l}", RootDirectory.GetUnixRelativePathTo(package).ToString());
        });
}
