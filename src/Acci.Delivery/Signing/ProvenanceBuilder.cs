using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Delivery.Signing;

/// <summary>The builder's version in a provenance, which BuildKit leaves out. Source: SLSA Provenance v1, "Builder", <c>version</c>.</summary>
internal static class ProvenanceBuilder
{
    /// <summary>The predicate with BuildKit's version; as it is where that is not known, or where it names one already.</summary>
    public static JsonElement WithBuildKit(JsonElement predicate, string? version)
    {
        if (version is null || predicate.ValueKind != JsonValueKind.Object || JsonObject.Create(predicate) is not { } changed) return predicate;
        if (changed["runDetails"] is not JsonObject details || details["builder"] is not JsonObject builder || builder.ContainsKey("version")) return predicate;
        builder["version"] = new JsonObject { ["buildkit"] = version };
        return JsonSerializer.SerializeToElement(changed);
    }
}
