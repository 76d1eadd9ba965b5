using System.Text.Json.Serialization;

namespace Acci.Delivery.Registries;

/// <summary>
/// The JSON of layouts, manifests and registries. Unknown properties are passed over: what matters to a digest is kept as bytes, never written again.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(DigestConverter), typeof(PlatformConverter)])]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(PlatformConverter.Properties))]
[JsonSerializable(typeof(OciLayout.Marker))]
[JsonSerializable(typeof(OciRegistry.TagList))]
[JsonSerializable(typeof(RegistryError.Body))]
[JsonSerializable(typeof(RegistryAuthorization.TokenAnswer))]
[JsonSerializable(typeof(DockerConfig.ConfigFile))]
[JsonSerializable(typeof(DockerConfig.HelperAnswer))]
internal sealed partial class RegistryJson : JsonSerializerContext;
