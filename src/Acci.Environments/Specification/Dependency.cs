namespace Acci.Environments.Specification;

/// <summary>What a service waits for before it is started. Source: Compose specification, <c>depends_on</c>, long syntax.</summary>
/// <param name="Condition"><c>service_started</c>, <c>service_healthy</c> or <c>service_completed_successfully</c>.</param>
public sealed record Dependency(string Condition)
{
    /// <summary>Started; its health is not asked.</summary>
    public static Dependency Started { get; } = new("service_started");

    /// <summary>Its health check has succeeded.</summary>
    public static Dependency Healthy { get; } = new("service_healthy");

    /// <summary>It has ended with 0: a service that others wait for in this way is a job.</summary>
    public static Dependency Completed { get; } = new("service_completed_successfully");

    /// <summary>Whether this service is started anew when the other one is.</summary>
    public bool? Restart { get; init; }

    /// <summary>Whether the other one has to be there.</summary>
    public bool? Required { get; init; }
}
