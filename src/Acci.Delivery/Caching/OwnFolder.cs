using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Runtime.Versioning;

namespace Acci.Delivery.Caching;

/// <summary>
/// Folders that contain programs and logins. A user who can write there controls what the build runs with its keys, so only this user and root may.
/// </summary>
internal static class OwnFolder
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string OfProcess = "/proc/self/task";

    private static readonly Lazy<int> User = new(ReadUser);
    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>Makes sure of the folder, once in a process; one that is not there is made.</summary>
    /// <exception cref="DeliveryException">It belongs to somebody else, or others can write it.</exception>
    public static void Ensure(string path)
    {
        if (OperatingSystem.IsWindows() || Known.ContainsKey(path)) return;
        try
        {
            Directory.CreateDirectory(path, Mode);
            Check(Path.GetFullPath(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"The cache folder {path} cannot be used: {exception.Message} Name another one with ACCI_CACHE.", exception);
        }

        Known[path] = true;
    }

    /// <summary>Whether it is a folder of this user's, and no link to one.</summary>
    public static bool IsMine(string path) => OperatingSystem.IsWindows() || (Read(path) is { EntryType: TarEntryType.Directory } entry && entry.Uid == User.Value);

    [UnsupportedOSPlatform("windows")]
    private static void Check(string path)
    {
        var entry = Read(path);
        if (entry.Uid != User.Value && entry.Uid != 0)
            throw new DeliveryException($"The cache folder {path} belongs to somebody else (user id {entry.Uid}), who could change what this build runs: name another one with ACCI_CACHE.");
        if (entry.EntryType == TarEntryType.SymbolicLink)
        {
            Check(Directory.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
            return;
        }

        if ((entry.Mode & WritableByOthers) != 0)
            throw new DeliveryException($"Others can write the cache folder {path}, and so change what this build runs: delete it, or take that from them (chmod go-w) if you know what is in it.");
        for (var above = Path.GetDirectoryName(path); above is not null; above = Path.GetDirectoryName(above))
        {
            // In one with the sticky bit, such as /tmp, only the owner can put another folder in this one's place.
            if ((File.GetUnixFileMode(above) & (UnixFileMode.OtherWrite | UnixFileMode.StickyBit)) == UnixFileMode.OtherWrite)
                throw new DeliveryException($"Everybody can write {above}, and so put another folder in the place of the cache folder {path}: take that from them (chmod o-w), or name another one with ACCI_CACHE.");
        }
    }

    // .NET tells owners nowhere else than in archives; a folder's and a link's entry is nothing but its header.
    private static TarEntry Read(string path)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true)) writer.WriteEntry(Path.TrimEndingDirectorySeparator(path), "entry");
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()!;
    }

    private static int ReadUser()
    {
        // What belongs to this process on Linux; elsewhere what it makes.
        if (Directory.Exists(OfProcess)) return Read(OfProcess).Uid;
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            return Read(folder.FullName).Uid;
        }
        finally
        {
            folder.Delete();
        }
    }
}
