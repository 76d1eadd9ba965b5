namespace Acci.Components;

/// <summary>
/// The log of a build, <c>.nuke/temp/build.log</c>. NUKE empties the one of the last build, and fails where that build is still writing it; a file of its own is what
/// both want. Builds that start at once take turns until each has opened its file.
/// </summary>
internal static class BuildLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static FileStream? _turn;

    /// <summary>Waits for the turn, and removes the log of the build before.</summary>
    /// <param name="root">The repository's root.</param>
    /// <returns>What is wrong where nothing can be written; else null.</returns>
    public static string? Begin(string root)
    {
        var folder = Path.Combine(root, ".nuke", "temp");
        try
        {
            Directory.CreateDirectory(folder);
            using var trial = new FileStream(Path.Combine(folder, $"{Guid.NewGuid():n}.tmp"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"{folder} cannot be written, and builds keep their logs there: {exception.Message.TrimEnd('.')}. Build in a copy of the repository that can be written.";
        }

        try
        {
            _turn = Take(Path.Combine(folder, "build.lock"));
            File.Delete(Path.Combine(folder, "build.log"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Windows deletes no file that is open.
        }

        return null;
    }

    /// <summary>The engine has opened the log, or never will.</summary>
    public static void Opened()
    {
        _turn?.Dispose();
        _turn = null;
    }

    // The system gives it back when a build is killed. One that does not get it goes on without.
    private static FileStream? Take(string file)
    {
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                Thread.Sleep(Pause);
            }
        }

        return null;
    }
}
