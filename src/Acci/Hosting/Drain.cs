namespace Acci.Hosting;

/// <summary>
/// Stops without losing a request. From the signal on, answers ask clients to close their connection and readiness says no; the app
/// goes on serving until nobody asks any more, for a while at most; then it closes its port, and its connections when what arrived
/// through them is answered.
/// </summary>
internal sealed class Drain(IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    /// <summary>No request for so long: load balancers have understood.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    /// <summary>So long a load balancer may take to understand.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    private int _requests;
    private int _connections;
    private long _lastRequest = Environment.TickCount64;

    /// <summary>Whether the app has been told to stop.</summary>
    internal bool HasBegun => lifetime.ApplicationStopping.IsCancellationRequested;

    private bool IsQuiet => Volatile.Read(ref _requests) == 0 && Environment.TickCount64 - Volatile.Read(ref _lastRequest) > Quiet.TotalMilliseconds;

    internal async Task CountRequestAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref _requests);
        try
        {
            await next(context);
        }
        finally
        {
            Volatile.Write(ref _lastRequest, Environment.TickCount64);
            Interlocked.Decrement(ref _requests);
        }
    }

    internal void CountConnection(CancellationToken closed)
    {
        Interlocked.Increment(ref _connections);
        closed.Register(static drain => Interlocked.Decrement(ref ((Drain)drain!)._connections), this);
    }

    /// <summary>Ends when what came in through the closed port is answered, or time is up.</summary>
    internal Task FinishAsync(CancellationToken cancellationToken) =>
        WaitUntilAsync(() => Volatile.Read(ref _connections) == 0 || IsQuiet, cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        var end = Environment.TickCount64 + (long)Notice.TotalMilliseconds;
        return WaitUntilAsync(() => IsQuiet || Environment.TickCount64 >= end, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition() && !cancellationToken.IsCancellationRequested)
            await Task.Delay(Step, CancellationToken.None);
    }
}
