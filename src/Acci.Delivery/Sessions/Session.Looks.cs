using System.Text.RegularExpressions;
using Acci.Delivery.Caching;

namespace Acci.Delivery.Sessions;

// Temporary folders of those who only look, and write no journal for that.
public sealed partial class Session
{
    // Named otherwise than what journals have: nobody can say of those that they are abandoned by putting a mark beside them.
    private const string PrefixOfLook = $"{Prefix}look-";
    private const string Mark = ".lock";

    // What NewPath makes, and no other program's.
    [GeneratedRegex(@"\A" + PrefixOfLook + @"[0-9a-f]{16}-[0-9a-f]{8}\.lock\z")]
    private static partial Regex OwnMark();

    /// <summary>
    /// The same as <see cref="TemporaryFolder"/> for a look at what is there, which a dry run takes, too, and a user who cannot write to the cache. Where no session has noted anything yet, or none can,
    /// it is noted beside the folder: by a file that is locked as long as this process lives.
    /// </summary>
    internal (string Path, IDisposable Deletion) TemporaryFolderOfLook()
    {
        if (Directory.Exists(_cache.Combine(Folder)))
        {
            try
            {
                return TemporaryFolder();
            }
            catch (DeliveryException)
            {
                // Nothing can be noted.
            }
        }

        var path = NewPath(PrefixOfLook);
        var mark = path + Mark;
        FileStream? held = null;
        var noted = new Noted(() =>
        {
            if (new Leftover { Path = path }.DeletePath() is not null) new Leftover { Path = mark }.DeletePath();
            held?.Dispose();
        });
        InTemporaryFolder(
            () =>
            {
                held = CreateLocked(mark);
                CacheDirectory.CreatePrivate(path);
            },
            noted);
        return (path, noted);
    }

    // Anyone may write to the temporary folder: nothing is read there, a mark counts that is this user's, and what somebody else could change while it is deleted stays.
    internal static List<string> RemoveLooks(string temporary)
    {
        var removed = new List<string>();
        foreach (var mark in MarksOfLooks(temporary))
        {
            // A mark is empty, and nothing else is looked into.
            if (new FileInfo(mark) is not { Exists: true, Length: 0, LinkTarget: null } || !OwnFolder.IsMine(mark)) continue;
            using var held = TryOpen(mark);
            if (held is null) continue;
            var leftover = new Leftover { Path = mark[..^Mark.Length] };
            if (Directory.Exists(leftover.Path) && !OwnFolder.IsMine(leftover.Path)) continue;
            var isGone = leftover.DeletePath();
            if (isGone is true) removed.Add(leftover.ToString());
            if (isGone is not null) new Leftover { Path = mark }.DeletePath();
        }

        return removed;
    }

    private static List<string> MarksOfLooks(string temporary)
    {
        try
        {
            return [.. Directory.EnumerateFiles(temporary, $"{PrefixOfLook}*{Mark}").Where(x => OwnMark().IsMatch(Path.GetFileName(x)))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is not there, or may be written and not listed.
            return [];
        }
    }
}
