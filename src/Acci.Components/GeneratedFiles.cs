using Acci.Delivery;
using Acci.Generation;
using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

namespace Acci.Components;

/// <summary>Writes generated files, removes those that are generated no more, and says which.</summary>
internal static class GeneratedFiles
{
    private const int LargestFile = 16 * 1024 * 1024;

    /// <summary>What is in a file that may be one of theirs.</summary>
    public static string TextOf(AbsolutePath file) => InputFile.ReadText(file, LargestFile);

    /// <summary>The verb of a target that generates files.</summary>
    /// <param name="build">The build.</param>
    /// <param name="files">The files.</param>
    /// <param name="obsolete">Files that are generated no more.</param>
    /// <param name="ensure">Makes sure that they would be read where they are written; nothing where that needs no look.</param>
    public static Verb VerbOf(
        INukeBuild build, Func<IEnumerable<GeneratedFile>> files, Func<IEnumerable<AbsolutePath>> obsolete, Func<Task>? ensure = null)
    {
        return Verb.Of(PlanAsync, RunAsync);

        async Task PlanAsync()
        {
            if (ensure is not null) await ensure();
            Report(files(), file => !file.IsUpToDate(build.RootDirectory), "would be written");
            foreach (var file in obsolete().ToList()) Log.Information("would be removed: {File:l}", Relative(build, file));
        }

        async Task RunAsync()
        {
            if (ensure is not null) await ensure();
            Report(files(), file => file.Write(build.RootDirectory), "written");
            foreach (var file in obsolete().ToList())
            {
                file.DeleteFile();
                Log.Information("removed: {File:l}", Relative(build, file));
            }
        }
    }

    private static void Report(IEnumerable<GeneratedFile> files, Func<GeneratedFile, bool> isChanged, string outcome)
    {
        var (changed, all) = (0, 0);
        foreach (var file in files)
        {
            all++;
            if (!isChanged(file)) continue;
            changed++;
            Log.Information("{Outcome:l}: {File:l}", outcome, file.Path);
        }

        Log.Information("{Unchanged} of {All} files were up to date", all - changed, all);
    }

    private static string Relative(INukeBuild build, AbsolutePath file) => build.RootDirectory.GetUnixRelativePathTo(file).ToString();
}
