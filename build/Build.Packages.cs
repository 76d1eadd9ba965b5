using Acci.Components;
using Nuke.Common;
using Nuke.Common.IO;

/// <summary>The packages this repository makes: every library, and the engine they were built on where that is no package of somebody else's.</summary>
partial class Build : IPack
{
    private const string OfflineEngine = "Nuke.Offline";

    private static readonly string[] Packages = ["Acci.Oci", "Acci.Settings", "Acci.Generation", "Acci.Delivery", "Acci.Environments", "Acci.Components"];

    IEnumerable<AbsolutePath> IPack.PackedProjects =>
        from name in typeof(NukeBuild).Assembly.GetName().Name == OfflineEngine ? Packages.Append(OfflineEngine) : Packages
        select RootDirectory / "src" / name / $"{name}.csproj";
}
