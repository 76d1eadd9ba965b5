using System.Text.Json.Serialization;

namespace Acci.Oci.Layouts;

/// <summary>The JSON of a layout's own files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OciLayout.Marker))]
internal sealed partial class LayoutJson : JsonSerializerContext;
