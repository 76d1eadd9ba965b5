using System.Collections.Concurrent;
using System.Formats.Tar;

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

    private static readonly Lazy<PosixTarEntry> User = new(ReadUser);

    // Who can put another build in this one's place needs no cache for that: the owners of the folders that it lies in. In a workflow's container, where root builds, that
    // is the runner's user outside, whose the home folder is, too.
    private static readonly Lazy<HashSet<int>> Trusted = new(() => [0, User.Value.Uid, .. FolderPath.Walk(AppContext.BaseDirectory).Select(x => x.Entry.Uid)]);
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

    /// <summary>Whether it is a folder or a file of this user's, and no link to one.</summary>
    public static bool IsMine(string path)
    {
        if (OperatingSystem.IsWindows()) return true;
        try
        {
            return FolderPath.Read(path) is { EntryType: TarEntryType.Directory or TarEntryType.RegularFile } entry && entry.Uid == User.Value.Uid;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, in use, or gone meanwhile.
            return false;
        }
    }

    private static void Check(string path)
    {
        foreach (var (place, entry, isEnd) in FolderPath.Walk(path))
        {
            if (isEnd) CheckItself(place, entry);
            else CheckAbove(place, entry, path);
        }
    }

    private static void CheckItself(string path, PosixTarEntry entry)
    {
        if (entry.Uid != User.Value.Uid && entry.Uid != 0)
            throw new DeliveryException($"The cache folder {path} belongs to somebody else (user id {entry.Uid}), who could change what this build runs: name another one with ACCI_CACHE.");
        if ((entry.Mode & WritableByOthers) != 0)
            throw new DeliveryException($"Others can write the cache folder {path}, and so change what this build runs: delete it, or take that from them (chmod go-w {path}) if you know what is in it.");
    }

    private static void CheckAbove(string path, PosixTarEntry entry, string cache)
    {
        if (!Trusted.Value.Contains(entry.Uid))
            throw new DeliveryException($"{path} belongs to somebody else (user id {entry.Uid}), who could put another folder in the place of the cache folder {cache}: name another one with ACCI_CACHE.");
        // The mode of a link says nothing. In a folder with the sticky bit, such as /tmp, only the owner can put something else in a thing's place.
        if (entry.EntryType == TarEntryType.SymbolicLink || (entry.Mode & UnixFileMode.StickyBit) != 0) return;
        var (who, whom) = (entry.Mode & UnixFileMode.OtherWrite) != 0 ? ("Everybody", "o")
            : (entry.Mode & UnixFileMode.GroupWrite) != 0 && !PrivateGroup.IsOf(path, entry, User.Value) ? ($"The group {(entry.GroupName.Length > 0 ? entry.GroupName : entry.Gid)}, which may have other members than you,", "g")
            : ("", "");
        if (who.Length > 0)
            throw new DeliveryException($"{who} can write {path}, and so put another folder in the place of the cache folder {cache}: take that from them (chmod {whom}-w {path}), or name another one with ACCI_CACHE.");
    }

    private static PosixTarEntry ReadUser()
    {
        // What belongs to this process on Linux; elsewhere what it makes.
        if (Directory.Exists(OfProcess)) return FolderPath.Read(OfProcess);
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            return FolderPath.Read(folder.FullName);
        }
        finally
        {
            folder.Delete();
        }
    }
}
