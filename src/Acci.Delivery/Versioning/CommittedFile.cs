using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Acci.Delivery.Versioning;

/// <summary>What a committed file is in a working tree.</summary>
internal enum FileState
{
    Same,
    OtherBytes,
    OtherType,
    Missing,
}

/// <summary>A file, a link or a submodule of a commit.</summary>
/// <param name="Mode">Its mode, as <c>git ls-tree</c> has it.</param>
/// <param name="Hash">The hash of its object; of a submodule the commit.</param>
/// <param name="File">Its path, with slashes.</param>
internal sealed record CommittedFile(string Mode, string Hash, string File)
{
    private const string Submodule = "160000", Link = "120000", Program = "100755";
    private const int HexLengthOfSha1 = 40;

    public bool IsSubmodule => Mode == Submodule;

    public bool IsProgram => Mode == Program;

    /// <summary>It is a file, and may be a program.</summary>
    public bool HasMode => Mode is not (Submodule or Link);

    /// <summary>All that is in a commit.</summary>
    public static async Task<IReadOnlyList<CommittedFile>> ListAsync(Git git, string commit, CancellationToken cancellationToken) =>
    [
        // "100644 blob 0123… <tab> folder/file"
        .. (await git.ListAsync(cancellationToken, "ls-tree", "-r", "-z", "--full-tree", commit))
            .Select(x => x.Split('\t', 2)).Select(x => (What: x[0].Split(' '), File: x[1])).Select(x => new CommittedFile(x.What[0], x.What[^1], x.File)),
    ];

    /// <summary>What it is in a working tree.</summary>
    public FileState StateIn(string root)
    {
        var file = new FileInfo(Path.Combine(root, File));
        // Git for Windows writes a link with Windows' separators.
        if (file.LinkTarget is { } target)
            return Mode != Link ? FileState.OtherType : IsOf(Encoding.UTF8.GetBytes(OperatingSystem.IsWindows() ? target.Replace('\\', '/') : target)) ? FileState.Same : FileState.OtherBytes;
        if (!file.Exists) return FileState.Missing;
        // Without the right to make links, Windows has files with their targets.
        if ((Mode == Link && !OperatingSystem.IsWindows()) || !IsRegular(file)) return FileState.OtherType;
        return IsOf(file) ? FileState.Same : FileState.OtherBytes;
    }

    /// <summary>Its owner may run what is there in a working tree.</summary>
    public bool IsProgramIn(string root) => !OperatingSystem.IsWindows() && System.IO.File.GetUnixFileMode(Path.Combine(root, File)).HasFlag(UnixFileMode.UserExecute);

    private bool IsOf(ReadOnlySpan<byte> content)
    {
        using var hash = Begin(content.Length);
        hash.AppendData(content);
        return IsOf(hash);
    }

    private bool IsOf(FileInfo file)
    {
        using var hash = Begin(file.Length);
        using var content = file.OpenRead();
        var buffer = new byte[64 * 1024];
        for (var read = content.Read(buffer); read > 0; read = content.Read(buffer)) hash.AppendData(buffer.AsSpan(0, read));
        return IsOf(hash);
    }

    // Pipes, sockets and devices have no length, and opening one may block. .NET reports a file's type only when it writes an archive.
    private static bool IsRegular(FileInfo file)
    {
        if (file.Length > 0 || OperatingSystem.IsWindows()) return true;
        using var archive = new MemoryStream();
        try
        {
            using (var writer = new TarWriter(archive, leaveOpen: true)) writer.WriteEntry(file.FullName, "file");
        }
        catch (IOException)
        {
            // No archive takes a socket.
            return false;
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType == TarEntryType.RegularFile;
    }

    // Source: git, "gitformat-pack" and "hash-function-transition": the hash is that of the type, the length and the content.
    private IncrementalHash Begin(long length)
    {
        var hash = IncrementalHash.CreateHash(Hash.Length == HexLengthOfSha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0")));
        return hash;
    }

    private bool IsOf(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset()) == Hash;
}
