using Serilog;

namespace Acci.Delivery.Processes;

/// <summary>Keeps two builds from working on the same files at once, as on the images of one checkout. The operating system lets go of it when the process ends, however it ends.</summary>
public sealed class CheckoutLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    // Held open, and with it locked, as long as this object lives.
    private readonly FileStream _file;

    private CheckoutLock(FileStream file) => _file = file;

    /// <summary>The file that is locked.</summary>
    public string File => _file.Name;

    /// <summary>Lets go of it.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Takes the lock, and where another build has it, says so and waits until that one has ended.</summary>
    /// <param name="file">The file to lock; it stays.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="busy">What another build is at that has the lock, for people.</param>
    /// <param name="time">The clock that it is waited by.</param>
    /// <exception cref="DeliveryException">The file cannot be written.</exception>
    public static Task<CheckoutLock> TakeAsync(string file, CancellationToken cancellationToken, string busy = "Another build of this checkout is at work", TimeProvider? time = null)
    {
        return WaitAsync(file, "written", Open, _ => false, busy, time, cancellationToken);

        FileStream Open()
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
    }

    /// <summary>
    /// Keeps builds waiting that would write, for one that only reads. It writes nothing: where there is no file, no build has been here, and nothing is kept waiting.
    /// </summary>
    /// <inheritdoc cref="TakeAsync"/>
    internal static async Task<CheckoutLock?> TakeToReadAsync(string file, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        try
        {
            return await WaitAsync(file, "read", Open, IsMissing, "Another build of this checkout is at work", time, cancellationToken);
        }
        catch (Exception exception) when (IsMissing(exception))
        {
            return null;
        }

        FileStream Open() => new(file, FileMode.Open, FileAccess.Read, FileShare.Read);

        static bool IsMissing(Exception exception) => exception is FileNotFoundException or DirectoryNotFoundException;
    }

    /// <summary>Whether a build that writes has it. Nothing is written.</summary>
    internal static bool IsHeld(string file)
    {
        try
        {
            if (System.IO.File.Exists(file)) new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return IsLocked(exception);
        }
    }

    /// <summary>Whether a file could not be opened because another process has locked it: a sharing violation on Windows, EWOULDBLOCK on Linux and macOS.</summary>
    internal static bool IsLocked(Exception exception) =>
        exception is IOException && (OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) is 32 or 33 : exception.HResult is 11 or 35);

    private static async Task<CheckoutLock> WaitAsync(
        string file, string cannot, Func<FileStream> open, Predicate<Exception> isAnswer, string busy, TimeProvider? time, CancellationToken cancellationToken)
    {
        for (var said = false; ; said = true)
        {
            try
            {
                return new CheckoutLock(open());
            }
            catch (Exception exception) when (IsLocked(exception))
            {
                if (!said) Log.Information("{Busy:l}; this one goes on when that one has ended ({File:l})", busy, file);
                await Task.Delay(Pause, time ?? TimeProvider.System, cancellationToken);
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException && !isAnswer(exception))
            {
                throw new DeliveryException(
                    $"{file} cannot be {cannot}: {exception.Message.TrimEnd('.')}. It keeps two builds from working on the same files at once. "
                    + "Give this user the folder, with some space in it, or run the build as the one who owns it.",
                    exception);
            }
        }
    }
}
