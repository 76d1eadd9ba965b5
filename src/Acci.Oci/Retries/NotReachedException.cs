namespace Acci.Oci.Retries;

/// <summary>A server was not reached at all: it is away, or the address is wrong (<see cref="RetryOptions.FirstContactBudget"/>).</summary>
public sealed class NotReachedException(string message) : TransientException(message);
