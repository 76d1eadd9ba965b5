using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Delivery.Signing;

/// <summary>
/// A provenance of SLSA 0.2, which is what a BuildKit writes that does not know of 1.0 (up to 0.22, of Docker Engine 28.2). What is signed is the same in the words of 1.0, as later ones
/// write it. Source: BuildKit, solver/llbsolver/provenance/types, <c>ConvertToSLSA1</c>.
/// </summary>
internal static class EarlierProvenance
{
    /// <summary>Its type.</summary>
    public const string Uri = "https://slsa.dev/provenance/v0.2";

    private const string BuildType = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
    private const string OfBuildKit = "https://mobyproject.org/buildkit@v1#";

    /// <summary>The predicate of 1.0.</summary>
    /// <param name="predicate">The predicate of 0.2.</param>
    public static JsonElement Renewed(JsonElement predicate)
    {
        var invocation = predicate.GetProperty("invocation");
        var source = Copy(invocation, "configSource") as JsonObject ?? [];
        Rename(source, "entryPoint", "path");
        var parameters = Copy(invocation, "environment") as JsonObject ?? [];
        Rename(parameters, "platform", "builderPlatform");
        if (Copy(predicate, "buildConfig") is { } build) parameters["buildConfig"] = build;
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["buildDefinition"] = new JsonObject
            {
                ["buildType"] = BuildType,
                ["externalParameters"] = new JsonObject { ["configSource"] = source, ["request"] = Copy(invocation, "parameters") },
                ["internalParameters"] = parameters,
                ["resolvedDependencies"] = Copy(predicate, "materials") ?? new JsonArray(),
            },
            ["runDetails"] = new JsonObject { ["builder"] = Copy(predicate, "builder"), ["metadata"] = Metadata(Copy(predicate, "metadata") as JsonObject) },
        });
    }

    private static JsonObject? Metadata(JsonObject? metadata)
    {
        if (metadata is null) return null;
        foreach (var (name, now) in ((string, string)[])[
            ("buildInvocationID", "invocationID"), ("buildStartedOn", "startedOn"), ("buildFinishedOn", "finishedOn"), ("reproducible", "buildkit_reproducible"),
            ($"{OfBuildKit}metadata", "buildkit_metadata"), ($"{OfBuildKit}hermetic", "buildkit_hermetic"), ("completeness", "buildkit_completeness")])
            Rename(metadata, name, now);
        if (metadata["buildkit_completeness"] is JsonObject completeness)
        {
            Rename(completeness, "parameters", "request");
            Rename(completeness, "materials", "resolvedDependencies");
            // 1.0 has none.
            completeness.Remove("environment");
        }

        return metadata;
    }

    private static JsonNode? Copy(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? JsonSerializer.SerializeToNode(value) : null;

    private static void Rename(JsonObject parent, string name, string now)
    {
        if (!parent.Remove(name, out var value)) return;
        parent[now] = value;
    }
}
