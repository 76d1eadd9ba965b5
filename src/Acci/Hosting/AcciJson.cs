using System.Text.Json.Serialization;
using Acci.Health;
using Acci.Tenants;
using Microsoft.AspNetCore.Http.Json;

namespace Acci.Hosting;

/// <summary>
/// How the app's types are written as JSON, generated at compile time: a native binary cannot look them up by reflection.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AboutDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(NewTenant))]
[JsonSerializable(typeof(Tenant))]
[JsonSerializable(typeof(TenantPage))]
internal sealed partial class AcciJson : JsonSerializerContext
{
    /// <summary>The same for requests and answers. What a client sends and the app does not know is an error, not a field silently lost.</summary>
    internal static void Configure(JsonOptions json)
    {
        json.SerializerOptions.TypeInfoResolverChain.Insert(0, Default);
        json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.SerializerOptions.AllowDuplicateProperties = false;
    }
}
