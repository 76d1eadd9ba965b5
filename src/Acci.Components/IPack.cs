using Acci.Delivery;
using Acci.Delivery.Packing;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Serilog;

namespace Acci.Components;

/// <summary>Makes NuGet packages.</summary>
public interface IPack : IHazDryRun, IHazArtifacts, IHazLayout
{
    /// <summary>The project files that become packages.</summary>
    IEnumerable<AbsolutePath> PackedProjects { get; }

    /// <summary>Where the packages go.</summary>
    AbsolutePath PackageDirectory => ArtifactsDirectory / "packages";

    /// <summary>Makes a package of each project, and of its symbols, into <c>artifacts/packages</c>, with the version that images get from git, too.</summary>
    Target Pack => _ => _
        .Description("Makes the NuGet packages, into artifacts/packages, with the version that git says")
        .Runs(this, () =>
        {
            var packing = new PackageBuild(RootDirectory, PackageDirectory)
            {
                Projects = [.. PackedProjects.Select(x => x.ToString()).Order(StringComparer.Ordinal)],
                VersionTagPrefix = Layout.VersionTagPrefix,
            };
            return Verb.Of(
                async () => Log.Information(
                    "Would pack version {Version} of {Projects:l} into {Folder:l}",
                    $"{await packing.VersionAsync(Interruption.Token)}", Names(packing.Projects), $"{RootDirectory.GetUnixRelativePathTo(PackageDirectory)}"),
                async () =>
                {
                    foreach (var package in await packing.RunAsync(Interruption.Token)) Log.Information("{Package:l}", $"{RootDirectory.GetUnixRelativePathTo(package)}");
                });
        });

    private static string Names(IEnumerable<string> projects) => string.Join(", ", projects.Select(Path.GetFileNameWithoutExtension));
}
