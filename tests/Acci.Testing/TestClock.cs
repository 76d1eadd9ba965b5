using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Acci.Testing;

/// <summary>A clock that stands still until something waits by it. What is waited for has then passed at once, or when a test lets it.</summary>
public sealed class TestClock : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Whether waits pass by themselves. Default: they do.</summary>
    public bool PassesByItself { get; init; } = true;

    /// <summary>Waits that are longer, such as time limits, do not pass by themselves. Default: all do.</summary>
    public TimeSpan LongestPassing { get; init; } = TimeSpan.MaxValue;

    /// <summary>Returns when something has begun to wait, with how long it waits.</summary>
    public ValueTask<TimeSpan> NextWaitAsync(CancellationToken cancellationToken) => _waits.Reader.ReadAsync(cancellationToken);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime <= TimeSpan.Zero) return timer;
        _waits.Writer.TryWrite(dueTime);
        // Not from here: who waits has to have the timer first.
        if (PassesByItself && dueTime <= LongestPassing) _ = Task.Run(() => Advance(dueTime));
        return timer;
    }
}
