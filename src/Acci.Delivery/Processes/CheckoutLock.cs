using Serilog;

namespace Acci.Delivery.Processes;

/// <summary>Keeps two builds of one checkout from working on its images at once. The operating system lets go of it when the process ends, however it ends.</summary>
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
    /// <exception cref="DeliveryException">The file cannot be written.</exception>
    public static async Task<CheckoutLock> TakeAsync(string file, CancellationToken cancellationToken)
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
                if (!said) Log.Information("Another build of this checkout is at work; this one goes on when that one has ended ({File:l})", file);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
