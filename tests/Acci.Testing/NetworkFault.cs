namespace Acci.Testing;

/// <summary>What a <see cref="FaultProxy"/> does to a request instead of passing it on as it should.</summary>
public abstract record NetworkFault
{
    /// <summary>Closes the connection; the registry hears nothing.</summary>
    public sealed record Drop : NetworkFault;

    /// <summary>Closes the connection on both sides when so many bytes of the request's body went through.</summary>
    public sealed record BreakOff(int AfterBytes) : NetworkFault;

    /// <summary>Passes the request on, and closes the connection instead of passing the answer back.</summary>
    public sealed record LoseAnswer : NetworkFault;

    /// <summary>Answers by itself.</summary>
    public sealed record Answer(int Status, string? RetryAfter = null, string? Body = null, params (string Name, string Value)[] Headers) : NetworkFault;

    /// <summary>Passes everything on, but later.</summary>
    public sealed record Delay(TimeSpan Time) : NetworkFault;

    /// <summary>Passes everything on, so many bytes a second.</summary>
    public sealed record Trickle(int BytesPerSecond) : NetworkFault;

    /// <summary>Passes the request on later, also when nobody waits for the answer any more.</summary>
    public sealed record Linger(TimeSpan Time) : NetworkFault;

    /// <summary>Changes a byte of the request's body.</summary>
    public sealed record DamageRequest : NetworkFault;

    /// <summary>Changes a byte of the answer's body.</summary>
    public sealed record DamageAnswer : NetworkFault;

    /// <summary>Closes the connection when so many bytes of the answer's body went through.</summary>
    public sealed record TruncateAnswer(int AfterBytes) : NetworkFault;
}
