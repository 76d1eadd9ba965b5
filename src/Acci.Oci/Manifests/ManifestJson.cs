using System.Text.Json.Serialization;

namespace Acci.Oci.Manifests;

/// <summary>
/// The JSON of manifests. Unknown properties are ignored: what matters to a digest is kept as bytes, never written again.
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
