namespace Acci.Environments.Specification;

/// <summary>
/// A secret or configuration file that a service may read. A file that is mounted keeps the mode it has on the host; <c>uid</c>, <c>gid</c> and <c>mode</c> hold in a swarm.
/// Source: Compose specification, <c>secrets</c>, long syntax.
/// </summary>
/// <param name="Source">The top-level secret or config.</param>
/// <param name="Target">The file's name below <c>/run/secrets</c>, or a path.</param>
public sealed record FileReference(string Source, string Target)
{
    /// <summary>The user it belongs to.</summary>
    public string? Uid { get; init; }

    /// <summary>The group it belongs to.</summary>
    public string? Gid { get; init; }

    /// <summary>Its mode in octal, as text: <c>0444</c>.</summary>
    public string? Mode { get; init; }
}
