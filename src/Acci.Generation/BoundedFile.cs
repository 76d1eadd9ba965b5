namespace Acci.Generation;

/// <summary>A text file of the repository, read within bounds: something else may lie in its place, a pipe that nobody writes to as well.</summary>
internal static class BoundedFile
{
    private const int MaximumSize = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="patience">How long its end is waited for; ten seconds when nothing is said.</param>
    /// <exception cref="GenerationException">It cannot be read, is larger than 16 MiB, or does not end.</exception>
    public static string Read(string file, TimeSpan? patience = null)
    {
        AtomicFile.EnsureIsNoFolder(file);
        using var content = new MemoryStream();
        // Opening a pipe waits for a writer, and nothing but the end of the process ends that. A thread of its own, because the pool's may all be at work for as long.
        var reading = Task.Factory.StartNew(() => Copy(file, content), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            if (!reading.Wait(patience ?? Patience)) throw new GenerationException($"{file} has no end: put a regular file in its place.");
        }
        catch (AggregateException exception) when (exception.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new GenerationException($"{file} cannot be read: {exception.InnerException.Message}", exception.InnerException);
        }

        if (!reading.Result) throw new GenerationException($"{file} is larger than {MaximumSize / 1024 / 1024} MiB: this is no such file.");
        content.Position = 0;
        using var reader = new StreamReader(content);
        return reader.ReadToEnd();
    }

    /// <summary>Whether there is a file to read.</summary>
    /// <exception cref="GenerationException">There is a folder in its place.</exception>
    public static bool Exists(string file)
    {
        AtomicFile.EnsureIsNoFolder(file);
        return File.Exists(file);
    }

    private static bool Copy(string file, MemoryStream content)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (content.Length + count > MaximumSize) return false;
            content.Write(buffer, 0, count);
        }

        return true;
    }
}
