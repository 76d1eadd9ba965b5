using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Delivery.Buildx;

/// <summary>A build argument's value as bake reads it: <c>${NAME}</c> for a variable.</summary>
internal sealed class BakeArgumentConverter : JsonConverter<BakeArgument>
{
    public override BakeArgument Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bake files are written only.");

    public override void Write(Utf8JsonWriter writer, BakeArgument value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.IsVariable ? $"${{{value.Text}}}" : BakeTextConverter.Literal(value.Text));
}
