using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>A digest as a JSON string.</summary>
internal sealed class DigestConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return Digest.TryParse(text, out var digest, out var problem) ? digest : throw new JsonException($"'{text}' is not a digest: {problem}");
    }

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
