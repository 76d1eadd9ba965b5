using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Components;
using Serilog;

namespace Acci.Components;

/// <summary>Removes what builds make.</summary>
public interface IClean : IHazArtifacts, IHazDryRun, IHazLayout
{
    /// <summary>
    /// Removes artifacts, and the intermediate and output folders of all projects but the running build's. Caches and published images stay, and so does what git tracks,
    /// and a folder of such a name without a project file beside it that git does not ignore.
    /// </summary>
    Target Clean => _ => _
        .Description("Removes artifacts and the projects' bin and obj folders; caches and published images stay")
        .TryBefore<IRestore>(x => x.Restore)
        .TryBefore<IBuildImages>(x => x.BuildImages)
        .Runs(this, () =>
        {
            // NUKE hands them on as the file system has them.
            var folders = RootDirectory.GlobDirectories([.. Layout.Projects.SelectMany(x => new[] { $"{x}/*/bin", $"{x}/*/obj" })])
                .OrderBy(x => x.ToString(), StringComparer.Ordinal)
                .ToList();
            return Verb.Of(
                async () =>
                {
                    foreach (var folder in await RemovableAsync(folders)) Log.Information("Would remove {Folder:l}", RootDirectory.GetRelativePathTo(folder).ToString());
                    Log.Information("Would empty {Folder:l}", RootDirectory.GetRelativePathTo(ArtifactsDirectory).ToString());
                },
                async () =>
                {
                    // Another build of the checkout may be at work on them. Where another target of this one has the lock, it is that one.
                    var begun = IHazDelivery.Begun(this);
                    var file = ArtifactsDirectory / DeliveryContext.LockFileName;
                    using var own = begun is null ? await CheckoutLock.TakeAsync(file, Interruption.Token) : null;
                    if (begun is not null) await begun.LockAsync();
                    await EmptyAsync(ArtifactsDirectory);
                    foreach (var folder in await RemovableAsync(folders)) folder.DeleteDirectory();
                });
        });

    private async Task<IReadOnlyList<AbsolutePath>> RemovableAsync(IEnumerable<AbsolutePath> folders)
    {
        var removable = new List<AbsolutePath>();
        foreach (var folder in folders)
        {
            if (await OutputFolder.ObstacleAsync(folder, Interruption.Token) is { } obstacle) Log.Warning("{Folder:l} stays: {Obstacle:l}", RootDirectory.GetRelativePathTo(folder).ToString(), obstacle);
            else removable.Add(folder);
        }

        return removable;
    }

    // The folder itself stays, which may be a mount or a link, and so does the file by which builds wait for each other.
    private static async Task EmptyAsync(AbsolutePath folder)
    {
        foreach (var entry in (await OutputFolder.EntriesAsync(Directory.CreateDirectory(folder), Interruption.Token)).Where(x => x.Name != DeliveryContext.LockFileName))
        {
            if (entry is DirectoryInfo { LinkTarget: null }) ((AbsolutePath)entry.FullName).DeleteDirectory();
            else entry.Delete();
        }
    }
}
