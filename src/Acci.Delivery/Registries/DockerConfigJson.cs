using System.Text.Json.Serialization;

namespace Acci.Delivery.Registries;

/// <summary>The JSON of docker's configuration and its credential helpers. Docker's reader, which is Go's, ignores the case of names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(DockerConfig.ConfigFile))]
[JsonSerializable(typeof(DockerConfig.HelperAnswer))]
internal sealed partial class DockerConfigJson : JsonSerializerContext;
