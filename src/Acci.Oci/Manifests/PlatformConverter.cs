using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>A platform as the object that descriptors hold. Source: OCI image specification 1.1, image-index.md, property "platform".</summary>
internal sealed class PlatformConverter : JsonConverter<Platform>
{
    public override Platform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, ManifestJson.Default.Properties)?.ToPlatform();

    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Properties(value.OperatingSystem, value.Architecture, value.Variant), ManifestJson.Default.Properties);

    /// <summary>The properties; an image's configuration has the same at its root.</summary>
    internal sealed record Properties(string? Os, string? Architecture, string? Variant)
    {
        public Platform? ToPlatform() =>
            Os is { Length: > 0 } && Architecture is { Length: > 0 } ? new Platform(Os, Architecture, Variant is { Length: > 0 } ? Variant : null) : null;
    }
}
