namespace Acci.Oci.Registries;

/// <summary>
/// How long a registry may take for all answers of one search together. Anyone who may write to a repository may put thousands of manifests beside an image, and each of
/// them is asked for. What is done with the answers in between does not count.
/// </summary>
public sealed class SearchTime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly ImageReference _image;
    private readonly TimeProvider _time;
    private long _waited;

    internal SearchTime(ImageReference image, TimeProvider time) => (_image, _time) = (image, time);

    /// <summary>Asks the registry for one answer, and counts the time that it takes. Several may be asked for at once.</summary>
    /// <param name="ask">Asks for it. It has a limit of its own.</param>
    /// <exception cref="DeliveryException">The answers before took longer than the limit, together.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        if (Interlocked.Read(ref _waited) > Limit.Ticks)
        {
            throw new DeliveryException(
                $"{_image}: what is beside it could not be read within {Limit.TotalMinutes:0} minutes. Delete what does not belong there, or ask the registry's operator.");
        }

        var begun = _time.GetTimestamp();
        try
        {
            return await ask();
        }
        finally
        {
            Interlocked.Add(ref _waited, _time.GetElapsedTime(begun).Ticks);
        }
    }
}
