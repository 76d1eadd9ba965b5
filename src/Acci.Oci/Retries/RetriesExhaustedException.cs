namespace Acci.Oci.Retries;

/// <summary>An operation kept failing until its budget was used up. The last failure is the inner exception.</summary>
public sealed class RetriesExhaustedException(string message, string reason, Exception lastFailure) : DeliveryException(message, lastFailure)
{
    /// <summary>Why the last attempt failed, in a few words.</summary>
    public string Reason { get; } = reason;

    /// <summary>Whether the last attempt waited for an answer in vain.</summary>
    public bool IsSilence => TransientFault.IsSilence(InnerException!);

    /// <summary>Whether the last attempt got an answer, such as 503.</summary>
    public bool IsAnswer => Answers(InnerException);

    private static bool Answers(Exception? failure) =>
        failure is TransientException { IsAnswer: true } or HttpRequestException { StatusCode: not null } || (failure is not null && Answers(failure.InnerException));
}
