namespace Acci.Environments.Specification;

/// <summary>How an image is built. Source: Compose Build specification.</summary>
public sealed record Build
{
    /// <summary>The folder that is sent to the builder, relative to the file.</summary>
    public required Scalar Context { get; init; }

    /// <summary>The Dockerfile, relative to the context.</summary>
    public Scalar? Dockerfile { get; init; }

    /// <summary>The stage to build.</summary>
    public string? Target { get; init; }

    /// <summary>Values of the Dockerfile's <c>ARG</c>s.</summary>
    public IReadOnlyDictionary<string, Scalar>? Args { get; init; }
}
