using System.Text.Json;
using System.Text.Json.Nodes;

namespace Acci.Components;

/// <summary>The schema of a build's parameters, <c>.nuke/build.schema.json</c>, as far as it is the build's: both engines say the same, not letter by letter.</summary>
internal static class BuildSchema
{
    /// <summary>Whether two of them describe the same targets and parameters.</summary>
    public static bool AreSame(string one, string other)
    {
        try
        {
            return JsonNode.DeepEquals(Plain(one), Plain(other));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonNode? Plain(string schema)
    {
        var root = JsonNode.Parse(schema);
        // The hosts NUKE knows, in an order that depends on the machine's culture.
        (root?["definitions"] as JsonObject)?.Remove("Host");
        RemoveRepetitions(root);
        return root;
    }

    // Beside a reference, NUKE repeats what a type that can be null is.
    private static void RemoveRepetitions(JsonNode? node)
    {
        if (node is JsonObject plain && plain.ContainsKey("$ref"))
        {
            plain.Remove("type");
            plain.Remove("enum");
        }

        IEnumerable<JsonNode?> children = node switch { JsonObject map => map.Select(x => x.Value), JsonArray array => array, _ => [] };
        foreach (var child in children.ToList()) RemoveRepetitions(child);
    }
}
