using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>One platform's configuration and layers, or an artifact. Source: OCI image specification 1.1, manifest.md.</summary>
public sealed record ImageManifest
{
    /// <summary>Always 2.</summary>
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The manifest's own type; some writers leave it out.</summary>
    public string? MediaType { get; init; }

    /// <summary>What the manifest is of, when it is an artifact's.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The image's configuration.</summary>
    public Descriptor? Config { get; init; }

    /// <summary>The layers, the base first.</summary>
    [AllowNull]
    public IReadOnlyList<Descriptor> Layers { get; init => field = value ?? []; } = [];

    /// <summary>The manifest that this one says something about.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Remarks on the manifest.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What else it says.</summary>
    [JsonExtensionData]
    [JsonInclude]
    internal Dictionary<string, JsonElement>? Further { get; set; }

    /// <summary>The same, where no list or map has null in it, which JSON allows and the specification does not.</summary>
    /// <exception cref="JsonException">One has.</exception>
    internal ImageManifest EnsureComplete()
    {
        Descriptor.EnsureComplete("layers", Layers.Concat(new[] { Config, Subject }.OfType<Descriptor>()), Annotations);
        return this;
    }
}
