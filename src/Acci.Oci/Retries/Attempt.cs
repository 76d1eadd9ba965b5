namespace Acci.Oci.Retries;

/// <summary>One attempt at an operation under a <see cref="RetryPolicy"/>.</summary>
public sealed class Attempt
{
    private readonly Action _moved;
    private readonly Action _progressed;
    private readonly CancellationTokenSource _limit;

    internal Attempt(int number, Action moved, Action progressed, CancellationTokenSource limit)
    {
        Number = number;
        _moved = moved;
        _progressed = progressed;
        _limit = limit;
    }

    /// <summary>1 for the first.</summary>
    public int Number { get; }

    /// <summary>Ends the attempt; under <see cref="RetryOptions.BoundsAttempts"/> the end of the budget does, too.</summary>
    public CancellationToken CancellationToken => _limit.Token;

    /// <summary>Says that bytes are on their way. The attempt may then take as long as they need.</summary>
    public void Moved()
    {
        _limit.CancelAfter(Timeout.InfiniteTimeSpan);
        _moved();
    }

    /// <summary>
    /// Says that a part of the operation is done for good and will not be repeated, which gives the rest of it a fresh budget.
    /// Only for what the other side has confirmed; else an operation that fails for ever is tried for ever.
    /// </summary>
    public void Progressed()
    {
        Moved();
        _progressed();
    }
}
