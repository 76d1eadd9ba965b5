namespace Acci.Delivery.Publishing;

/// <summary>The steps of a publish after the build, in their order. Tags come last: before them nothing is visible to anyone who does not know the digest.</summary>
public enum PublishStep
{
    /// <summary>Every platform that can run here was started and answered.</summary>
    SmokeTest,

    /// <summary>Every platform was scanned, and the gate let it pass.</summary>
    Scan,

    /// <summary>The registry has it, by digest.</summary>
    Push,

    /// <summary>It is signed, and its bills of materials and provenance are attested.</summary>
    Sign,

    /// <summary>Signatures and attestations were verified as a consumer would.</summary>
    Verify,

    /// <summary>The tags point at it.</summary>
    Tag,
}

/// <summary>How a step ended.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Result">What came out, for people: "healthy in 0.4 s".</param>
public sealed record StepResult(DateTimeOffset At, double Seconds, string Result);
