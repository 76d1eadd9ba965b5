using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Versioning;

/// <summary>
/// What Git LFS commits in place of a large file: its digest. Whether the file is that one needs neither Git LFS nor its settings.
/// Source: Git LFS specification, section "The Pointer".
/// </summary>
internal static partial class LfsPointer
{
    // By the specification a pointer is shorter.
    private const int Limit = 1024;

    /// <summary>Whether one file is a pointer to what the other one holds.</summary>
    public static bool IsOf(FileInfo pointer, FileInfo content)
    {
        if (pointer.Length >= Limit || Pattern().Match(File.ReadAllText(pointer.FullName)) is not { Success: true } match || content.Length == 0) return false;
        using var stream = content.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == match.Groups["digest"].Value;
    }

    // Two more addresses are of before its first release. Without -text a pointer has the line endings of its clone.
    [GeneratedRegex(@"\Aversion (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\r?\n"
        + @"(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:(?<digest>[0-9a-f]{64})\r?\n")]
    private static partial Regex Pattern();
}
