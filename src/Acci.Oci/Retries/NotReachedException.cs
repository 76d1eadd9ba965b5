namespace Acci.Oci.Retries;

/// <summary>A server was not reached at all: it is away, or the address is wrong (<see cref="RetryOptions.FirstContactBudget"/>).</summary>
public sealed class NotReachedException : TransientException
{
    /// <summary>It was not reached, for this reason.</summary>
    public NotReachedException(string message)
        : base(message)
    {
    }

    internal NotReachedException(string message, Exception cause)
        : base(message, (cause as TransientException)?.RetryAfter, cause)
    {
    }
}
