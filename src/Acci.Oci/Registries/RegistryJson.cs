using System.Text.Json.Serialization;

namespace Acci.Oci.Registries;

/// <summary>The JSON of registries and token services beside manifests.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OciRegistry.TagList))]
[JsonSerializable(typeof(RegistryAuthorization.TokenAnswer))]
internal sealed partial class RegistryJson : JsonSerializerContext;
