namespace Acci.Components;

/// <summary>The root of the repository that a build works on: the folder with <c>.nuke</c>.</summary>
internal static class BuildRoot
{
    private const string Marker = ".nuke";

    /// <summary>Finds it as NUKE does: named by <c>--root</c> or <c>NUKE_ROOT</c>, else the nearest one at or above the working directory.</summary>
    /// <returns>The folder; or null, and what is wrong.</returns>
    public static (string? Folder, string? Problem) Find(TypedArguments arguments, IReadOnlyDictionary<string, string> variables, string workingDirectory)
    {
        // --root alone is the working directory.
        var named = arguments.ValuesOf("Root") is { } typed ? (typed is [var path, ..] ? path : workingDirectory) : ForeignVariables.OfEngine(variables, "Root");
        if (named is { Length: 0 }) return (null, "--root cannot be '': there is no such folder.");
        if (named is not null)
        {
            var folder = Path.GetFullPath(named, workingDirectory);
            return Directory.Exists(folder) ? (folder, null) : (null, $"--root cannot be '{named}': there is no such folder.");
        }

        for (var folder = new DirectoryInfo(workingDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, Marker) is var marker && (Directory.Exists(marker) || File.Exists(marker))) return (folder.FullName, null);
        }

        return (null, $"there is no '{Marker}' folder in {workingDirectory} or above it: run the build inside its repository, or name the repository's root with --root.");
    }
}
