namespace Acci.Oci.Manifests;

/// <summary>What points at content: its type, digest and size. Source: OCI image specification 1.1, descriptor.md.</summary>
public sealed record Descriptor
{
    /// <summary>The content's type; see <see cref="MediaTypes"/>.</summary>
    public required string MediaType { get; init; }

    /// <summary>The content's digest.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The content's size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>What the content is of, when it is a manifest of an artifact.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>What the content runs on, in an index.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Remarks on the content.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
