using System.Runtime.InteropServices;

namespace Acci.Delivery;

/// <summary>Whether files can be made in a folder, found out without making one.</summary>
internal static class FolderAccess
{
    // Source: access(2), W_OK and X_OK. It knows of file systems that are mounted read-only, too.
    private const int WriteAndEnter = 3;

    /// <summary>What keeps this user from making files in a folder: the folder, or where it is not there yet the nearest one above it; null where nothing does.</summary>
    /// <param name="folder">The folder's full path.</param>
    public static string? FindUnwritable(string folder)
    {
        var existing = folder;
        // A link that leads nowhere is in the way.
        while (!Path.Exists(existing) && new FileInfo(existing).LinkTarget is null && Path.GetDirectoryName(existing) is { } above) existing = above;
        // What holds on Windows, files alone tell.
        var canWrite = Directory.Exists(existing) && (OperatingSystem.IsWindows() || Access(existing, WriteAndEnter) == 0);
        return canWrite ? null : existing;
    }

    [DllImport("libc", EntryPoint = "access")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
