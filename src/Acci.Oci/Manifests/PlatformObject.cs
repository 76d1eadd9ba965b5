using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>
/// A platform as JSON has it: in a descriptor, or at the root of an image's configuration.
/// Source: OCI image specification 1.1, image-index.md and config.md.
/// </summary>
internal sealed record PlatformObject(string? Os, string? Architecture, string? Variant)
{
    /// <summary>The version of the operating system that the image needs.</summary>
    [JsonPropertyName("os.version")]
    public JsonElement? OsVersion { get; init; }

    /// <summary>What the image needs of the operating system.</summary>
    [JsonPropertyName("os.features")]
    public JsonElement? OsFeatures { get; init; }

    /// <summary>The platform; null where it is not said.</summary>
    /// <param name="source">What is written for it again; this, where nothing is given.</param>
    public Platform? ToPlatform(JsonElement? source = null) => Os is { Length: > 0 } && Architecture is { Length: > 0 }
        ? new Platform(Os, Architecture, Variant) { Source = source ?? JsonSerializer.SerializeToElement(this, ManifestJson.Default.PlatformObject) }
        : null;
}
