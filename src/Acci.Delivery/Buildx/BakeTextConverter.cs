using System.Text.Json;
using System.Text.Json.Serialization;

namespace Acci.Delivery.Buildx;

/// <summary>
/// A text, where bake reads a template: values and keys alike. Nothing in it is taken for one.
/// Source: HCL, json/spec.md, "Expressions"; hclsyntax/spec.md, "Template Literals".
/// </summary>
internal sealed class BakeTextConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bake files are written only.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Literal(value));

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Literal(value));

    /// <summary>The text as a template that gives it.</summary>
    public static string Literal(string text) => text.Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);
}
