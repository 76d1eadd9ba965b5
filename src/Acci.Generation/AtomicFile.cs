using System.Text;

namespace Acci.Generation;

/// <summary>
/// Files that a reader finds whole, the old one or the new one, whenever the writer is killed: written beside their place, on the disk, and then
/// renamed. This is the one place of the product that does so.
/// </summary>
public static class AtomicFile
{
    /// <summary>The mode of what only its owner may read.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Suffix = ".draft";
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Notes a draft before it is written, so that whoever comes after a writer that was killed knows of it; what is returned is disposed when the draft is gone.
    /// Default: the next writer of the same file looks for drafts beside it.
    /// </summary>
    internal static Func<string, IDisposable?>? Note { get; set; }

    /// <summary>Writes a text, UTF-8 without a byte order mark, and makes the folder where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="text">What is to be in it.</param>
    /// <param name="mode">Who may do what with it, from its first moment on; without, a file that is there keeps its mode.</param>
    public static void Write(string file, string text, UnixFileMode? mode = null) =>
        Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(text)), mode);

    /// <summary>Writes what a method gives.</summary>
    /// <param name="file">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="mode">Who may do what with it, from its first moment on; without, a file that is there keeps its mode.</param>
    public static void Write(string file, Action<Stream> write, UnixFileMode? mode = null)
    {
        EnsureIsNoFolder(file);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (!OperatingSystem.IsWindows() && mode is null && File.Exists(file)) mode = File.GetUnixFileMode(file);
        var draft = DraftOf(file);
        using var noted = Note?.Invoke(Path.GetFullPath(draft));
        // Locked as long as it is written: another writer of the same file leaves it alone.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && mode is { } creation) options.UnixCreateMode = creation;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                // What the process may not give away at creation (umask) is given here, while there is nothing to read.
                if (!OperatingSystem.IsWindows() && mode is { } exact) File.SetUnixFileMode(stream.SafeFileHandle, exact);
                DeleteAbandoned(file, File.GetLastWriteTimeUtc(draft));
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Put(draft, file);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>A name beside a file's place, for a program that writes the draft itself; no other writer has it.</summary>
    public static string DraftOf(string file) => $"{file}.{Guid.NewGuid():n}{Suffix}";

    /// <summary>The drafts beside a file's place, of writers that were killed or are at it.</summary>
    /// <param name="file">The file; its folder exists.</param>
    internal static IEnumerable<string> DraftsOf(string file)
    {
        var full = Path.GetFullPath(file);
        var prefix = $"{full}.";
        return Directory.EnumerateFiles(Path.GetDirectoryName(full)!).Where(x =>
            x.StartsWith(prefix, StringComparison.Ordinal) && x.EndsWith(Suffix, StringComparison.Ordinal)
            && Guid.TryParseExact(x.AsSpan()[prefix.Length..^Suffix.Length], "n", out _));
    }

    // What a writer has left that was killed. One that has just begun, or ended, has no lock.
    private static void DeleteAbandoned(string file, DateTime now)
    {
        foreach (var draft in DraftsOf(file))
        {
            if (now - File.GetLastWriteTimeUtc(draft) < Youth) continue;
            try
            {
                using var unlocked = new FileStream(draft, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                if (!OperatingSystem.IsWindows()) File.Delete(draft);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody is at it, or has just finished.
                continue;
            }

            if (OperatingSystem.IsWindows()) File.Delete(draft);
        }
    }

    /// <summary>Puts a draft that is complete into the file's place.</summary>
    public static void Put(string draft, string file)
    {
        EnsureIsNoFolder(file);
        File.Move(draft, file, overwrite: true);
    }

    /// <summary>Nothing that is no file lies in the file's place.</summary>
    /// <exception cref="GenerationException">A folder does.</exception>
    internal static void EnsureIsNoFolder(string file)
    {
        if (Directory.Exists(file)) throw new GenerationException($"{file} is a folder, and should be a file: move it away.");
    }
}
