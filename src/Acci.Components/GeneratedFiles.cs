using Acci.Delivery.Generation;
using Serilog;

namespace Acci.Components;

/// <summary>Writes generated files and says which changed.</summary>
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
}
