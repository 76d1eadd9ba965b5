using System.Runtime.InteropServices;

namespace Acci.Delivery.Processes;

/// <summary>Finds programs the way a shell does.</summary>
public static class Executables
{
    private static readonly string[] Endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ""] : [""];

    /// <summary>The full path of the first program of this name on the PATH, or null.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="environment">What holds the PATH; null means this process's.</param>
    public static string? Find(string name, ProcessEnvironment? environment = null) =>
    (
        from directory in ((environment ?? ProcessEnvironment.Read()).Find("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        from ending in Endings
        let file = Path.Combine(directory, name + ending)
        where File.Exists(file) && IsExecutable(file)
        select file
    ).FirstOrDefault();

    // By this user: a shell passes over what others alone may run. Source: access(2), X_OK.
    private static bool IsExecutable(string file) => OperatingSystem.IsWindows() || Access(file, mode: 1) == 0;

    [DllImport("libc", EntryPoint = "access")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
