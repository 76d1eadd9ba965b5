using System.Collections.Concurrent;
using System.Diagnostics;

namespace Acci.Tests;

/// <summary>Clients that each send one request after the other until disposed.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _workers;
    private long _answers;
    private long _longest;

    private Load(AppProcess app, string path, int workers) => _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                using var answer = await app.Http.GetAsync(path);
                if (!answer.IsSuccessStatusCode)
                    Failures.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
            catch (HttpRequestException exception)
            {
                Failures.Add(exception.Message);
            }
            Interlocked.Increment(ref _answers);
            _longest = Math.Max(_longest, watch.ElapsedTicks);
        }
    })));

    /// <summary>What came back instead of a success.</summary>
    public ConcurrentBag<string> Failures { get; } = [];

    /// <summary>The longest time from a request to its answer.</summary>
    public TimeSpan Longest => TimeSpan.FromSeconds((double)_longest / Stopwatch.Frequency);

    public static Load Start(AppProcess app, string path, int workers) => new(app, path, workers);

    /// <summary>Waits for so many more answers.</summary>
    public async Task AnsweredAsync(int count, CancellationToken cancellationToken)
    {
        for (var goal = Interlocked.Read(ref _answers) + count; Interlocked.Read(ref _answers) < goal;)
            await Task.Delay(10, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _workers;
        _stop.Dispose();
    }
}
