using System.Security.Cryptography;

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
        Feed(file, maximumSize, patience ?? Patience, content.Write);
        return content.ToArray();
    }

    /// <summary>Whether there is a file to read.</summary>
    /// <exception cref="DeliveryException">There is a folder in its place, or it cannot be told.</exception>
    public static bool Exists(string file)
    {
        EnsureIsNoFolder(file);
        return AttributesOf(file) is not null;
    }

    /// <summary>Whether there is a folder.</summary>
    /// <exception cref="DeliveryException">It cannot be told.</exception>
    public static bool IsFolder(string path) => AttributesOf(path)?.HasFlag(FileAttributes.Directory) is true;

    /// <summary>The SHA-256 of what is in the file, in hexadecimal digits; the content is not kept in memory.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadSha256(string file, int maximumSize, TimeSpan? patience = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Feed(file, maximumSize, patience ?? Patience, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads a text, in UTF-8 or as its byte order mark says.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadText(string file, int maximumSize)
    {
        using var reader = new StreamReader(new MemoryStream(Read(file, maximumSize)));
        return reader.ReadToEnd();
    }

    // Null where there is nothing. What is in a folder that may not be searched may be there.
    private static FileAttributes? AttributesOf(string path)
    {
        try
        {
            return File.GetAttributes(path);
        }
        catch (Exception exception) when (
            exception is FileNotFoundException or DirectoryNotFoundException or PathTooLongException or ArgumentException || (exception is IOException && OperatingSystem.IsWindows()))
        {
            // Or no name that a file could have.
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"Whether {path} is there cannot be told: {exception.Message.TrimEnd('.')}. Give this user access to the folders above it.", exception);
        }
    }

    private static void EnsureIsNoFolder(string file)
    {
        if (Directory.Exists(file)) throw new DeliveryException($"{file} is a folder, and should be a file: move it away.");
    }

    private static void Feed(string file, int maximumSize, TimeSpan patience, Take take)
    {
        EnsureIsNoFolder(file);
        // Opening a pipe waits for a writer, and nothing but the end of the process ends that. A thread of its own, because the pool's may all be at work for as long.
        var reading = Task.Factory.StartNew(() => Copy(file, maximumSize, take), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            if (!reading.Wait(patience))
                throw new DeliveryException($"{file} has no end: nothing more came from it within {patience.TotalSeconds:0} s. Name a regular file.");
        }
        catch (AggregateException exception) when (exception.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"{file} cannot be read: {exception.InnerException.Message}", exception.InnerException);
        }

        if (!reading.Result) throw new DeliveryException($"{file} is larger than {Size(maximumSize)}: this is no such file.");
    }

    private static bool Copy(string file, int maximumSize, Take take)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        var total = 0L;
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if ((total += count) > maximumSize) return false;
            take(buffer.AsSpan(0, count));
        }

        return true;
    }

    private static string Size(int bytes) => bytes >= 1024 * 1024 ? $"{bytes / 1024 / 1024} MiB" : $"{bytes / 1024} KiB";

    private delegate void Take(ReadOnlySpan<byte> content);
}
