namespace Acci.Environments.Specification;

/// <summary>What a service may use. Source: Compose Deploy specification, <c>resources</c>.</summary>
/// <param name="Limits">What one replica never gets more of.</param>
public sealed record Resources(ResourceLimits Limits);

/// <summary>Upper bounds for one replica.</summary>
public sealed record ResourceLimits
{
    /// <summary>Processors, as text: <c>0.5</c>.</summary>
    public Scalar? Cpus { get; init; }

    /// <summary>Memory: <c>256M</c>.</summary>
    public Scalar? Memory { get; init; }

    /// <summary>Processes and threads.</summary>
    public int? Pids { get; init; }
}
