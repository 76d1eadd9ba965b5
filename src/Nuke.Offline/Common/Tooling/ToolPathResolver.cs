using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>Finds executables.</summary>
public static class ToolPathResolver
{
    /// <summary>The file a variable such as <c>DOTNET_EXE</c> points to, or null if it is not set.</summary>
    public static string TryGetEnvironmentExecutable(string environmentExecutable)
    {
        var path = Environment.GetEnvironmentVariable(environmentExecutable);
        if (string.IsNullOrEmpty(path))
            return null;
        Check.That(File.Exists(path), $"Environment variable '{environmentExecutable}' points to '{path}', which does not exist");
        return path;
    }

    /// <summary>The executable of that name in the directories of <c>PATH</c>; an error if there is none.</summary>
    public static string GetPathExecutable(string pathExecutable) =>
        TryGetPathExecutable(pathExecutable) ??
        throw new ArgumentException($"Could not find '{pathExecutable}' in the directories of the PATH variable", nameof(pathExecutable));

    internal static string TryGetPathExecutable(string name)
    {
        if (Path.IsPathRooted(name) && File.Exists(name))
            return name;
        string[] extensions = EnvironmentInfo.IsWin
            ? ["", .. (Environment.GetEnvironmentVariable("PATHEXT") ?? ".EXE;.CMD;.BAT").Split(';', StringSplitOptions.RemoveEmptyEntries)]
            : [""];
        return EnvironmentInfo.Paths
            .SelectMany(directory => extensions.Select(extension => Path.Combine(directory, name + extension)))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() ? Path.HasExtension(file) : (File.GetUnixFileMode(file) & execute) != 0);
    }
}
