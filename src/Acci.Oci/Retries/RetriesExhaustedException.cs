namespace Acci.Oci.Retries;

/// <summary>An operation kept failing until its budget was used up. The last failure is the inner exception.</summary>
public sealed class RetriesExhaustedException(string message, string reason, Exception lastFailure) : DeliveryException(message, lastFailure)
{
    /// <summary>Why the last attempt failed, in a few words.</summary>
    public string Reason { get; } = reason;

    /// <summary>Whether the last attempt waited for an answer in vain.</summary>
    public bool IsSilence => TransientFault.IsSilence(InnerException!);
}
