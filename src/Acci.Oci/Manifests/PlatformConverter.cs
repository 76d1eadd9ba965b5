using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>A platform as the object that descriptors hold.</summary>
internal sealed class PlatformConverter : JsonConverter<Platform>
{
    public override Platform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, ManifestJson.Default.PlatformObject)?.ToPlatform();

    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer, value.Source ?? new PlatformObject(value.OperatingSystem, value.Architecture, value.Variant), ManifestJson.Default.PlatformObject);
}
