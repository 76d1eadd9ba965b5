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
        // Source: group(5), passwd(5). A group that is elsewhere, as in LDAP, may have any members.
        var groups = Lines("group").Where(x => x is [_, _, var id, _] && id == $"{folder.Gid}").ToList();
        var members = groups.SelectMany(x => x[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (groups.Count == 0 || members.Any(x => x != user.UserName && x != "root")) return false;
        // Some systems have accounts of their own in root's group, as whom nobody logs in.
        return !Lines("passwd").Any(x => x is [_, _, var id, var group, ..] && group == $"{folder.Gid}" && id != $"{user.Uid}" && id != "0" && !(folder.Gid == 0 && IsOfSystem(x)));

        IEnumerable<string[]> Lines(string file) => File.Exists(Path.Combine(accounts, file)) ? File.ReadLines(Path.Combine(accounts, file)).Select(x => x.Split(':')) : [];
    }

    // Source: login.defs(5), SYS_UID_MAX; nologin(8).
    private static bool IsOfSystem(string[] account) =>
        (int.TryParse(account[2], CultureInfo.InvariantCulture, out var id) && id < 1000) || account[^1].EndsWith("/nologin", StringComparison.Ordinal) || account[^1].EndsWith("/false", StringComparison.Ordinal);

    // Where a folder has a list of its own, the mode's group stands for everyone in it. Source: acl(5).
    private static bool HasAccessList(string path) => OperatingSystem.IsLinux() && GetAttribute(path, "system.posix_acl_access", null, 0) > 0;

    [DllImport("libc", EntryPoint = "getxattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetAttribute([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, byte[]? value, nint size);
}
