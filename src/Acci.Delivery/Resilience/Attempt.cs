namespace Acci.Delivery.Resilience;

/// <summary>One attempt at an operation under a <see cref="RetryPolicy"/>.</summary>
public sealed class Attempt
{
    private readonly Action _progressed;

    internal Attempt(int number, Action progressed, CancellationToken cancellationToken)
    {
        Number = number;
        CancellationToken = cancellationToken;
        _progressed = progressed;
    }

    /// <summary>1 for the first.</summary>
    public int Number { get; }

    /// <summary>Ends the attempt.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>
    /// Says that a part of the operation is done for good and will not be repeated, which gives the rest of it a fresh budget.
    /// Only for what the other side has confirmed; else an operation that fails for ever is tried for ever.
    /// </summary>
    public void Progressed() => _progressed();
}
