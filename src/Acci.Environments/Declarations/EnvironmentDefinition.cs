using Acci.Environments.Specification;

namespace Acci.Environments.Declarations;

/// <summary>What runs in one environment.</summary>
public sealed record EnvironmentDefinition
{
    /// <summary>Its services, in the order of the file.</summary>
    public required IReadOnlyList<ServiceDefinition> Services { get; init; }

    /// <summary>
    /// How long all of it may take to come up before it counts as failed: two minutes when nothing is said, six where it is built from source. A stack has twenty seconds more
    /// for each replica.
    /// </summary>
    public TimeSpan? StartLimit { get; init; }

    /// <summary>Networks that are more than a name; those that services only name are added.</summary>
    public IReadOnlyDictionary<string, Network> Networks { get; init; } = new Dictionary<string, Network>();

    /// <summary>Volumes that are more than a name, or in an order of their own; those that services only name are added.</summary>
    public IReadOnlyDictionary<string, Volume> Volumes { get; init; } = new Dictionary<string, Volume>();

    /// <summary>Configuration files that services read; their paths are relative to the compose file.</summary>
    public IReadOnlyDictionary<string, FileObject> Configs { get; init; } = new Dictionary<string, FileObject>();
}
