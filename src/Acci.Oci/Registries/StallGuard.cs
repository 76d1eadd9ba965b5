namespace Acci.Oci.Registries;

/// <summary>Ends what is waited for when nothing has moved for some time. Unlike a timeout it does not end what is slow but getting on.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _outer;
    private readonly CancellationTokenSource _source;

    public StallGuard(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _outer = cancellationToken;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Moved();
    }

    private bool HasStalled => _source.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>Something moved: the time starts anew.</summary>
    public void Moved() => _source.CancelAfter(_timeout);

    /// <summary>Waits for the work, under guard.</summary>
    /// <exception cref="TimeoutException">Nothing moved for the time given.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(_source.Token);
        }
        catch (Exception exception) when (HasStalled && exception is OperationCanceledException or HttpRequestException or IOException)
        {
            throw new TimeoutException($"no answer within {_timeout.TotalSeconds:0.#} s", exception);
        }
    }

    public void Dispose() => _source.Dispose();
}
