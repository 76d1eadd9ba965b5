using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>One manifest per platform, and what belongs to them. Source: OCI image specification 1.1, image-index.md.</summary>
public sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The index's own type; some writers leave it out.</summary>
    public string? MediaType { get; init; }

    /// <summary>What the index is of, when it is an artifact's.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The manifests, in the writer's order of preference.</summary>
    [AllowNull]
    public IReadOnlyList<Descriptor> Manifests { get; init => field = value ?? []; } = [];

    /// <summary>The manifest that this one says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Remarks on the index.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What else it says.</summary>
    [JsonExtensionData]
    [JsonInclude]
    internal Dictionary<string, JsonElement>? Further { get; set; }

    /// <summary>The same, where no list or map has null in it, which JSON allows and the specification does not.</summary>
    /// <exception cref="JsonException">One has.</exception>
    internal ImageIndex EnsureComplete()
    {
        Descriptor.EnsureComplete("manifests", Subject is null ? Manifests : Manifests.Append(Subject), Annotations);
        return this;
    }
}
