using System.Text.RegularExpressions;

namespace Acci.Delivery.Processes;

/// <summary>
/// What a container's folder is on the machine that runs the container: the folder or the volume that is mounted there, or the container's own files. Two containers may
/// have one path, and two folders. Source: proc_pid_mountinfo(5); Linux, filesystems/overlayfs.
/// </summary>
internal static partial class FolderOrigin
{
    private const string Whole = "/";
    private const string OwnFiles = "upperdir=";

    /// <summary>The origin of a folder; null where it is not known, or a whole disk is mounted there.</summary>
    /// <param name="mounts">What is mounted where, as the kernel tells it.</param>
    /// <param name="folder">The folder.</param>
    public static string? Find(string mounts, string folder)
    {
        string? found = null;
        var longest = 0;
        foreach (var fields in mounts.Split('\n').Select(x => x.Split(' ')))
        {
            var separator = Array.IndexOf(fields, "-");
            if (separator < 6 || fields.Length < separator + 4) continue;
            var (root, point) = (Unescaped(fields[3]), Unescaped(fields[4]));
            // A later one lies over an earlier one of the same place.
            if (point.Length < longest || !IsBelow(folder, point)) continue;
            longest = point.Length;
            var own = fields[separator + 3].Split(',').FirstOrDefault(x => x.StartsWith(OwnFiles, StringComparison.Ordinal))?[OwnFiles.Length..];
            var rest = folder[(point == Whole ? 0 : point.Length)..];
            var device = Unescaped(fields[separator + 2]);
            found = own is not null ? Unescaped(own) + (root == Whole ? "" : root) + rest
                : root != Whole ? root + rest
                // A share of a network or a data set is the same for all who mount it; a device may have another name in each machine.
                : device.Contains('/') && !device.StartsWith("/dev/", StringComparison.Ordinal) ? device + rest : null;
        }

        return found;
    }

    private static bool IsBelow(string folder, string point) => point == Whole || folder == point || folder.StartsWith(point + '/', StringComparison.Ordinal);

    private static string Unescaped(string text) => Escape().Replace(text, x => $"{(char)Convert.ToInt32(x.Groups[1].Value, 8)}");

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Escape();
}
