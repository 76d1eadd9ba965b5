using System.Text.Json;
using System.Text.Json.Serialization;

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

    /// <summary>What else it says: <c>urls</c>, <c>data</c>, and what is not known here.</summary>
    [JsonExtensionData]
    [JsonInclude]
    internal Dictionary<string, JsonElement>? Further { get; set; }

    /// <summary>The same, pointing at other content.</summary>
    internal Descriptor To(Descriptor content) => this with
    {
        Digest = content.Digest,
        Size = content.Size,
        // These are the content itself, and where else it is.
        Further = Further?.Where(x => x.Key is not ("data" or "urls")).ToDictionary(),
    };

    /// <summary>Makes sure that nothing in a list of descriptors, nor in annotations, is null, and no size negative.</summary>
    /// <exception cref="JsonException">Something is.</exception>
    internal static void EnsureComplete(string list, IEnumerable<Descriptor> descriptors, IReadOnlyDictionary<string, string>? annotations)
    {
        foreach (var (index, descriptor) in descriptors.Index())
        {
            if (descriptor is null) throw new JsonException($"{list}[{index}] is null");
            if (descriptor.Size < 0) throw new JsonException($"{list}[{index}] has the size {descriptor.Size}");
            EnsureComplete(descriptor.Annotations);
        }

        EnsureComplete(annotations);

        static void EnsureComplete(IReadOnlyDictionary<string, string>? annotations)
        {
            foreach (var (key, value) in annotations ?? new Dictionary<string, string>())
            {
                if (value is null) throw new JsonException($"the annotation '{key}' is null");
            }
        }
    }
}
