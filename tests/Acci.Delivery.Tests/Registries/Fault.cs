namespace Acci.Delivery.Tests.Registries;

/// <summary>What a <see cref="FaultProxy"/> does to a request instead of passing it on as it should.</summary>
internal abstract record Fault
{
    /// <summary>Closes the connection; the registry hears nothing.</summary>
    public sealed record Drop : Fault;

    /// <summary>Closes the connection on both sides when so many bytes of the request's body went through.</summary>
    public sealed record BreakOff(int AfterBytes) : Fault;

    /// <summary>Passes the request on, and closes the connection instead of passing the answer back.</summary>
    public sealed record LoseAnswer : Fault;

    /// <summary>Answers by itself.</summary>
    public sealed record Answer(int Status, string? RetryAfter = null, string? Body = null) : Fault;

    /// <summary>Passes everything on, but later.</summary>
    public sealed record Delay(TimeSpan Time) : Fault;

    /// <summary>Changes a byte of the request's body.</summary>
    public sealed record DamageRequest : Fault;

    /// <summary>Changes a byte of the answer's body.</summary>
    public sealed record DamageAnswer : Fault;

    /// <summary>Closes the connection when so many bytes of the answer's body went through.</summary>
    public sealed record TruncateAnswer(int AfterBytes) : Fault;
}
