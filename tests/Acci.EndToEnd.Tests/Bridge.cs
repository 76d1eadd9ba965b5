using System.Net.Sockets;

namespace Acci.EndToEnd.Tests;

/// <summary>Accepts connections as long as it is there, each served by itself.</summary>
/// <param name="listener">Where callers connect; bound.</param>
public abstract class Bridge(Socket listener) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;

    protected CancellationToken Stopped => _stop.Token;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stop.CancelAsync();
        listener.Dispose();
        await _accepting.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }

    protected void Start()
    {
        listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Serves a caller until either side hangs up.</summary>
    protected abstract Task ServeAsync(Stream caller);

    private async Task AcceptAsync()
    {
        while (true) _ = ServeAndForgetAsync(await listener.AcceptAsync(_stop.Token));
    }

    private async Task ServeAndForgetAsync(Socket socket)
    {
        await using var caller = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await ServeAsync(caller);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // Either side has hung up, or was not let in.
        }
    }
}
