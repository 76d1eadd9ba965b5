using Acci.Generation;
using Nuke.Common.IO;
using Serilog;

namespace Acci.Components;

/// <summary>Writes generated files, removes those that are generated no more, and says which.</summary>
internal static class GeneratedFiles
{
    public static void Write(IHazDryRun build, IEnumerable<GeneratedFile> files)
    {
        var (changed, all) = (0, 0);
        foreach (var file in files)
        {
            all++;
            if (build.DryRun ? file.IsUpToDate(build.RootDirectory) : !file.Write(build.RootDirectory)) continue;
            changed++;
            Log.Information("{Outcome:l}: {File:l}", build.DryRun ? "would be written" : "written", file.Path);
        }

        Log.Information("{Unchanged} of {All} files were up to date", all - changed, all);
    }

    public static void Remove(IHazDryRun build, IEnumerable<AbsolutePath> obsolete)
    {
        foreach (var file in obsolete.ToList())
        {
            Log.Information("{Outcome:l}: {File:l}", build.DryRun ? "would be removed" : "removed", build.RootDirectory.GetUnixRelativePathTo(file).ToString());
            if (!build.DryRun) file.DeleteFile();
        }
    }
}
