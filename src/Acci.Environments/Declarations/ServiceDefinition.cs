using Acci.Environments.Specification;

namespace Acci.Environments.Declarations;

/// <summary>
/// A service of an environment. What the Compose specification says of services is said in its own terms, by <see cref="Compose"/>; beside it
/// stands what no compose file can say: which image of the build it runs, which settings it is told, and how it is known to work.
/// </summary>
/// <param name="Name">Its name, by which the others reach it.</param>
public sealed record ServiceDefinition(string Name)
{
    /// <summary>The image; null where <see cref="Compose"/> says how it is built, or names one that nobody changes.</summary>
    public ServiceImage? Image { get; init; }

    /// <summary>The settings it is told, as variables.</summary>
    public IReadOnlyList<ServiceSettings> Settings { get; init; } = [];

    /// <summary>The secrets it reads, as files.</summary>
    public IReadOnlyList<ServiceSecret> Secrets { get; init; } = [];

    /// <summary>
    /// The path that answers over its published ports with success as long as it works, with the leading slash; null where none does.
    /// </summary>
    public string? HealthPath { get; init; }

    /// <summary>A limit that stands in the compose file and depends on settings; null where there is none.</summary>
    public Capacity? Capacity { get; init; }

    /// <summary>The secret that its data are made with; null where they are readable without.</summary>
    public DataSecret? DataSecret { get; init; }

    /// <summary>All else: ports, replicas, limits, health check, volumes, networks, what it waits for.</summary>
    public Service Compose { get; init; } = new();
}
