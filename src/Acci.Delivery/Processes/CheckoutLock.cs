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
    public static async Task<CheckoutLock> TakeAsync(string file, CancellationToken cancellationToken, string busy = "Another build of this checkout is at work", TimeProvider? time = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        for (var said = false; ; said = true)
        {
            try
            {
                return new CheckoutLock(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new DeliveryException($"{file} cannot be written: {exception.Message} Give this user the folder, or run the build as the one who owns it.", exception);
            }
            catch (IOException)
            {
                if (!said) Log.Information("{Busy:l}; this one goes on when that one has ended ({File:l})", busy, file);
                await Task.Delay(Pause, time ?? TimeProvider.System, cancellationToken);
            }
        }
    }
}
