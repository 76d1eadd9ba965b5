using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>
/// The JSON of manifests. What matters to a digest is kept as bytes and never written again; what is rewritten keeps unknown properties.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(DigestConverter), typeof(PlatformConverter)])]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(PlatformObject))]
internal sealed partial class ManifestJson : JsonSerializerContext;
