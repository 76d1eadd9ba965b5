using System.Formats.Tar;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Acci.Delivery.Caching;

/// <summary>
/// A group that nobody but its user is in, as most Linux systems make one for each user: what it may write, nobody else may. Source: Debian's UserPrivateGroups, login.defs(5) USERGROUPS_ENAB.
/// </summary>
internal static class PrivateGroup
{
    /// <summary>Whether only this user, and root, are in the group of a folder; false as well where that cannot be told.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="folder">What <see cref="FolderPath.Read"/> says of it.</param>
    /// <param name="user">The same of something that is the user's.</param>
    /// <param name="accounts">Where the machine keeps its groups and users.</param>
    public static bool IsOf(string path, PosixTarEntry folder, PosixTarEntry user, string accounts = "/etc")
    {
        // It is named as its user is.
        var isNamedSo = folder.Gid == 0 || (folder.GroupName.Length > 0 && folder.GroupName == user.UserName);
        if (!isNamedSo || HasAccessList(path)) return false;
        var (groups, users) = (Lines("group"), Lines("passwd"));
        // Source: nsswitch.conf(5), "Compatibility mode": such a line adds the accounts of a network service.
        if (groups.Concat(users).Any(x => x[0].StartsWith('+'))) return false;
        // Source: group(5), gshadow(5), passwd(5). A group that is elsewhere, as in LDAP, may have any members.
        var own = groups.Where(x => x is [_, _, var id, ..] && IsNumber(id, folder.Gid)).ToList();
        var shadows = LinesForRoot("gshadow").Where(x => own.Any(y => y[0] == x[0])).ToList();
        // Who knows its password may join.
        if (own.Count == 0 || own.Concat(shadows).Any(x => x.ElementAtOrDefault(1) is { Length: > 0 } password && password != "x" && !password.StartsWith('!') && !password.StartsWith('*'))) return false;
        var members = own.Concat(shadows).SelectMany(x => x.Skip(3)).Concat(shadows.SelectMany(x => x.Skip(2))).SelectMany(x => x.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (members.Any(x => x != user.UserName && x != "root")) return false;
        // Some systems have accounts of their own in root's group, as whom nobody logs in.
        return !users.Any(x => x is [_, _, var id, var group, ..] && IsNumber(group, folder.Gid) && !IsNumber(id, user.Uid) && !IsNumber(id, 0) && !(folder.Gid == 0 && IsWithoutLogin(x)));

        IReadOnlyList<string[]> Lines(string file) => Path.Combine(accounts, file) is var full && File.Exists(full) ? [.. File.ReadLines(full).Select(x => x.Split(':'))] : [];

        IReadOnlyList<string[]> LinesForRoot(string file)
        {
            try
            {
                return Lines(file);
            }
            catch (UnauthorizedAccessException)
            {
                return [];
            }
        }
    }

    // As the system reads one, with zeros before it.
    private static bool IsNumber(string text, int number) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var read) && read == number;

    // Source: nologin(8); Red Hat's and Alpine's /etc/passwd, in which the others stop the machine or write its caches.
    private static bool IsWithoutLogin(string[] account) => Path.GetFileName(account[^1]) is "nologin" or "false" or "sync" or "shutdown" or "halt";

    // Where a folder has a list of its own, the mode's group stands for everyone in it. Source: acl(5).
    private static bool HasAccessList(string path) => OperatingSystem.IsLinux() && GetAttribute(path, "system.posix_acl_access", null, 0) > 0;

    [DllImport("libc", EntryPoint = "getxattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetAttribute([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, byte[]? value, nint size);
}
