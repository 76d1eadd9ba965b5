using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Runtime.Versioning;

namespace Acci.Delivery.Caching;

/// <summary>
/// Folders that contain programs and logins. A user who can write there controls what the build runs with its keys, so only this user and root may.
/// </summary>
internal static class OwnFolder
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const string Kind = "cache folder", Harm = "change what this build runs", Remedy = "name another cache folder with ACCI_CACHE";

    private const string OfProcess = "/proc/self/task";

    // Whom the system names for every user that a container, or a server of files, does not show here. Source: user_namespaces(7), "Unmapped user and group IDs".
    private const int OverflowUser = 65534;

    private static readonly Lazy<PosixTarEntry> User = new(ReadUser);

    // Who can put another build in this one's place needs no cache for that. So the folders that it lies in are trusted, and so are their owners elsewhere: in a workflow's
    // container, where root builds, that is the runner's user outside, whose the home folder is, too.
    private static readonly Lazy<IReadOnlyDictionary<string, int>> Build = new(() =>
        FolderPath.Walk(AppContext.BaseDirectory).DistinctBy(x => x.Path).ToDictionary(x => x.Path, x => x.Entry.Uid));

    private static readonly Lazy<HashSet<int>> Trusted = new(() => [0, User.Value.Uid, .. Build.Value.Values.Where(x => x != OverflowUser)]);
    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>Makes sure of the cache folder, or one in it, once in a process; one that is not there is made.</summary>
    /// <exception cref="DeliveryException">It belongs to somebody else, or others can write it.</exception>
    public static void Ensure(string path) => Ensure(path, Kind, Harm, Remedy);

    /// <param name="path">The folder.</param>
    /// <param name="kind">What it is called.</param>
    /// <param name="harm">What somebody could do who can write it.</param>
    /// <param name="remedy">How another one is named.</param>
    /// <inheritdoc cref="Ensure(string)"/>
    public static void Ensure(string path, string kind, string harm, string remedy)
    {
        if (OperatingSystem.IsWindows() || Known.ContainsKey(path)) return;
        try
        {
            Create(Path.GetFullPath(path));
            Check(Path.GetFullPath(path), kind, harm, remedy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotBeUsed(path, kind, remedy, exception);
        }

        Known[path] = true;
    }

    /// <summary>As <see cref="Ensure(string)"/>, but nothing is made.</summary>
    /// <inheritdoc cref="Ensure(string)"/>
    public static void Look(string path) => Look(path, Kind, Harm, Remedy);

    /// <summary>As <see cref="Ensure(string, string, string, string)"/>, but nothing is made: of a folder that is not there yet, those above it are looked at.</summary>
    /// <inheritdoc cref="Ensure(string, string, string, string)"/>
    public static void Look(string path, string kind, string harm, string remedy)
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            Check(Path.GetFullPath(path), kind, harm, remedy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotBeUsed(path, kind, remedy, exception);
        }
    }

    /// <summary>As <see cref="Look(string, string, string, string)"/> of one file, which in a folder such as /tmp is safe, too: there nobody puts another one in its place.</summary>
    /// <inheritdoc cref="Ensure(string, string, string, string)"/>
    public static void LookAtFile(string path, string kind, string harm, string remedy)
    {
        if (OperatingSystem.IsWindows()) return;
        try
        {
            Check(Path.GetFullPath(path), kind, harm, remedy, isFile: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotBeUsed(path, kind, remedy, exception);
        }
    }

    /// <summary>
    /// Makes a folder, and those above it, so that only this user can write them, whatever the umask is: GitLab's runner has 0000 in containers, and systems with private
    /// groups 0002.
    /// </summary>
    /// <param name="path">Its full path.</param>
    [UnsupportedOSPlatform("windows")]
    public static void Create(string path)
    {
        if (Directory.Exists(path)) return;
        // .NET gives the mode to the last one only.
        if (Path.GetDirectoryName(path) is { } parent) Create(parent);
        Directory.CreateDirectory(path, Mode);
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

    private static DeliveryException CannotBeUsed(string path, string kind, string remedy, Exception exception) =>
        new($"The {kind} {path} cannot be used: {exception.Message} {char.ToUpperInvariant(remedy[0])}{remedy[1..]}.", exception);

    private static void Check(string thing, string kind, string harm, string remedy, bool isFile = false)
    {
        var there = thing;
        while (!(isFile ? Path.Exists(there) : Directory.Exists(there)))
        {
            if (File.Exists(there)) throw new DeliveryException($"The {kind} {thing} cannot be used: {there} is a file. Move it away, or {remedy}.");
            there = Path.GetDirectoryName(there)!;
        }

        // All at once: who takes one right away would only be told of the next.
        var problems = new List<(string Text, string ToRemedy)>();
        foreach (var (path, entry, isEnd) in FolderPath.Walk(there))
        {
            var isThing = isEnd && there == thing;
            if (!isThing && Build.Value.ContainsKey(path)) continue;
            var could = isThing ? harm : $"put another {(isFile ? "file" : "folder")} in the place of the {kind} {thing}";
            if (!Trusted.Value.Contains(entry.Uid)) problems.Add(($"{Name(path)} belongs to somebody else (user id {entry.Uid}), who could {could}", ": "));
            if (Writer(path, entry, isThing) is not var (who, whom)) continue;
            // What others have put there may still be there.
            var first = isThing ? "delete it, or, if you know what is in it, " : "";
            problems.Add(($"{who} can write {Name(path)}, and so {could}: {first}take that from them (chmod {whom}-w {path})", ", or "));
        }

        if (problems.Count > 0) throw new DeliveryException($"{string.Join(". ", problems.Distinct().Select(x => x.Text))}{problems[^1].ToRemedy}{remedy}.");

        string Name(string path) => path == thing ? $"the {kind} {path}" : path;
    }

    private static (string Who, string Whom)? Writer(string path, PosixTarEntry entry, bool isCache)
    {
        // The mode of a link says nothing. In a folder with the sticky bit, such as /tmp, only the owner can put something else in a thing's place, but everybody can add to it.
        if (entry.EntryType == TarEntryType.SymbolicLink || (!isCache && (entry.Mode & UnixFileMode.StickyBit) != 0)) return null;
        var isForGroup = (entry.Mode & UnixFileMode.GroupWrite) != 0 && !PrivateGroup.IsOf(path, entry, User.Value);
        if ((entry.Mode & UnixFileMode.OtherWrite) != 0) return ("Everybody", isForGroup ? "go" : "o");
        return isForGroup ? ($"The group {(entry.GroupName.Length > 0 ? entry.GroupName : entry.Gid)}, which may have other members than you,", "g") : null;
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
