using System.Text.Json;
using System.Text.RegularExpressions;

namespace Acci.Delivery.Sarif;

/// <summary>One object of a JSON schema, with the keywords SARIF's schema uses. Source: JSON Schema, draft 2020-12, validation.</summary>
internal sealed class SchemaNode
{
    private SchemaNode(JsonElement element)
    {
        Types = !element.TryGetProperty("type", out var type) ? [] : type.ValueKind == JsonValueKind.Array ? Texts(element, "type") : [type.GetString()!];
        Required = Texts(element, "required");
        Alternatives = [.. Elements(element, "anyOf").Concat(Elements(element, "oneOf")).Select(x => Texts(x, "required"))];
        Values = [.. Elements(element, "enum").Select(x => x.GetString()!)];
        Minimum = Number(element, "minimum");
        Maximum = Number(element, "maximum");
        MinimumItems = (int?)Number(element, "minItems") ?? 0;
        HasUniqueItems = element.TryGetProperty("uniqueItems", out var unique) && unique.GetBoolean();
        Format = element.TryGetProperty("format", out var format) ? format.GetString() : null;
        Pattern = element.TryGetProperty("pattern", out var pattern) ? new Regex(pattern.GetString()!, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking) : null;
        IsClosed = element.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.False;
    }

    /// <summary>The types its values have; none means any.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>The properties there are.</summary>
    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>The same, asked without making a string.</summary>
    public Dictionary<string, SchemaNode>.AlternateLookup<ReadOnlySpan<char>> ByName => Properties.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What properties that are not named are like.</summary>
    public SchemaNode? OtherProperties { get; private set; }

    /// <summary>There are no properties but those that are named.</summary>
    public bool IsClosed { get; }

    /// <summary>What an array's items are like.</summary>
    public SchemaNode? Items { get; private set; }

    /// <summary>Properties that have to be there.</summary>
    public IReadOnlyList<string> Required { get; }

    /// <summary>Of these sets of properties one has to be there.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Alternatives { get; }

    /// <summary>The texts it can be; none means any.</summary>
    public IReadOnlyList<string> Values { get; }

    public double? Minimum { get; }

    public double? Maximum { get; }

    public int MinimumItems { get; }

    public bool HasUniqueItems { get; }

    public string? Format { get; }

    public Regex? Pattern { get; }

    /// <summary>Values may be of this type.</summary>
    public bool Allows(string type) => Types.Count == 0 || Types.Contains(type);

    /// <summary>Reads a schema.</summary>
    public static SchemaNode Read(Stream schema)
    {
        using var document = JsonDocument.Parse(schema);
        var root = document.RootElement;
        var definitions = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        return Read(root);

        SchemaNode Read(JsonElement element)
        {
            if (element.TryGetProperty("$ref", out var reference)) return Definition(reference.GetString()!.Split('/')[^1]);
            var node = new SchemaNode(element);
            Fill(node, element);
            return node;
        }

        SchemaNode Definition(string name)
        {
            if (definitions.TryGetValue(name, out var known)) return known;
            var element = root.GetProperty("definitions").GetProperty(name);
            // Known before it is filled: a node's children are nodes.
            var node = definitions[name] = new SchemaNode(element);
            Fill(node, element);
            return node;
        }

        void Fill(SchemaNode node, JsonElement element)
        {
            if (element.TryGetProperty("properties", out var properties))
            {
                // OASIS's schema has an `anyOf` where only properties can stand; it constrains nothing.
                foreach (var property in properties.EnumerateObject().Where(x => x.Value.ValueKind == JsonValueKind.Object)) node.Properties[property.Name] = Read(property.Value);
            }

            if (element.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object) node.OtherProperties = Read(additional);
            if (element.TryGetProperty("items", out var items)) node.Items = Read(items);
        }
    }

    private static JsonElement.ArrayEnumerator Elements(JsonElement element, string name) => element.TryGetProperty(name, out var array) ? array.EnumerateArray() : default;

    private static IReadOnlyList<string> Texts(JsonElement element, string name) => [.. Elements(element, name).Select(x => x.GetString()!)];

    private static double? Number(JsonElement element, string name) => element.TryGetProperty(name, out var number) ? number.GetDouble() : null;
}
