using System.Text.Json.Serialization;

namespace Acci.Delivery.Registries;

/// <summary>The JSON of docker's configuration and its credential helpers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DockerConfig.ConfigFile))]
[JsonSerializable(typeof(DockerConfig.HelperAnswer))]
internal sealed partial class DockerConfigJson : JsonSerializerContext;
