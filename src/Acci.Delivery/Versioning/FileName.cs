namespace Acci.Delivery.Versioning;

/// <summary>
/// The path of a file in a working tree, as git has it, with slashes. Its names are bytes, and those that are not UTF-8 reach neither git nor the file system as they are:
/// nobody can say more of such a file than that it is there.
/// </summary>
internal static class FileName
{
    // What stands for bytes that are not UTF-8. It may be in a name, too, and is then not told from them.
    private const char Replacement = '\ufffd';

    /// <summary>It has a name that is not UTF-8.</summary>
    public static bool IsMangled(string path) => path.Contains(Replacement, StringComparison.Ordinal);

    /// <summary>The path, or the folder above the first name in it that is not UTF-8: with a slash at its end, or empty.</summary>
    public static string ThatReachesGit(string path) => path.IndexOf(Replacement, StringComparison.Ordinal) is var at and >= 0 ? path[..(path.LastIndexOf('/', at) + 1)] : path;
}
