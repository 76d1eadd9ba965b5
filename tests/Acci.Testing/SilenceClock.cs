namespace Acci.Testing;

/// <summary>
/// The clock that programs are waited for by, where one of them is a shell script that says nothing. Time stands still while scripts answer, however long they take on a busy
/// machine, and passes when one says that it hangs.
/// </summary>
public sealed class SilenceClock : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _passing;

    /// <summary>A clock on which so much time passes at each silence.</summary>
    public SilenceClock(TimeSpan silence) => _passing = PassAsync(silence);

    /// <summary>The clock.</summary>
    public TestClock Time { get; } = new() { PassesByItself = false };

    /// <summary>What hangs, in a shell script.</summary>
    public string Hangs => $"{{ touch '{Mark}'; exec sleep 600; }}";

    /// <summary>What takes so much time and then goes on, in a shell script.</summary>
    public string Lasts => $"{{ touch '{Wait}'; while [ -e '{Wait}' ]; do sleep 0.05; done; }}";

    private string Mark => _folder.Combine("silence");

    private string Wait => _folder.Combine("wait");

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _passing.Wait();
        _end.Dispose();
        _folder.Dispose();
    }

    private async Task PassAsync(TimeSpan silence)
    {
        for (; !_end.IsCancellationRequested; await Task.Delay(Look, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default))
        {
            var (hangs, lasts) = (File.Exists(Mark), File.Exists(Wait));
            if (!hangs && !lasts) continue;
            // Before time passes: what is given up then may be tried again, and hang again, at once.
            if (hangs) File.Delete(Mark);
            Time.Advance(silence);
            // After it: what waits goes on when that time has passed.
            if (lasts) File.Delete(Wait);
        }
    }
}
