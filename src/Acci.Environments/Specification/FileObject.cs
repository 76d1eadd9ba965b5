namespace Acci.Environments.Specification;

/// <summary>A secret or configuration file. Source: Compose specification, Secrets and Configs top-level elements.</summary>
public sealed record FileObject
{
    /// <summary>The file that holds it, relative to the compose file.</summary>
    public Scalar? File { get; init; }

    /// <summary>Its name in a swarm.</summary>
    public Scalar? Name { get; init; }

    /// <summary>It exists already and is not made.</summary>
    public bool? External { get; init; }
}
