namespace Acci.Delivery.Processes;

/// <summary>Finds programs the way a shell does.</summary>
public static class Executables
{
    private static readonly string[] Endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ""] : [""];

    /// <summary>The full path of the first program of this name on the PATH, or null.</summary>
    public static string? Find(string name) =>
    (
        from directory in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        from ending in Endings
        let file = Path.Combine(directory, name + ending)
        where File.Exists(file)
        select file
    ).FirstOrDefault();
}
