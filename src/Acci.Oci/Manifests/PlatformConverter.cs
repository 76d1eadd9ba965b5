using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>A platform as the object that descriptors hold.</summary>
internal sealed class PlatformConverter : JsonConverter<Platform>
{
    public override Platform? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var source = JsonElement.ParseValue(ref reader);
        return source.Deserialize(ManifestJson.Default.PlatformObject)?.ToPlatform(source);
    }

    public override void Write(Utf8JsonWriter writer, Platform value, JsonSerializerOptions options)
    {
        if (value.Source is { } source) source.WriteTo(writer);
        else JsonSerializer.Serialize(writer, new PlatformObject(value.OperatingSystem, value.Architecture, value.Variant), ManifestJson.Default.PlatformObject);
    }
}
