namespace Acci;

/// <summary>A file that a person names or edits. It is read whole, within bounds: it may be anything, a pipe that nobody writes to as well.</summary>
public static class InputFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads the file.</summary>
    /// <param name="file">The file. A pipe is read to its end.</param>
    /// <param name="maximumSize">How large it may be, in bytes.</param>
    /// <param name="patience">How long its end is waited for; 30 seconds when nothing is said.</param>
    /// <exception cref="DeliveryException">It cannot be read, is larger, or does not end.</exception>
    public static byte[] Read(string file, int maximumSize, TimeSpan? patience = null)
    {
        using var content = new MemoryStream();
        // Opening a pipe waits for a writer, and nothing but the end of the process ends that.
        var reading = Task.Run(() => Copy(file, content, maximumSize));
        try
        {
            if (!reading.Wait(patience ?? Patience))
                throw new DeliveryException($"{file} has no end: nothing more came from it within {(patience ?? Patience).TotalSeconds:0} s. Name a regular file.");
        }
        catch (AggregateException exception) when (exception.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"{file} cannot be read: {exception.InnerException.Message}", exception.InnerException);
        }

        return reading.Result
            ? content.ToArray()
            : throw new DeliveryException($"{file} is larger than {Size(maximumSize)}: this is no such file.");
    }

    /// <summary>Reads a text, in UTF-8 or as its byte order mark says.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string file, int maximumSize)
    {
        using var reader = new StreamReader(new MemoryStream(Read(file, maximumSize)));
        return reader.ReadToEnd();
    }

    private static bool Copy(string file, MemoryStream content, int maximumSize)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > maximumSize) return false;
        }

        return true;
    }

    private static string Size(int bytes) => bytes >= 1024 * 1024 ? $"{bytes / 1024 / 1024} MiB" : $"{bytes / 1024} KiB";
}
