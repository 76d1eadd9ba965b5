using System.Text.Json;

namespace Acci.Delivery.RunConfigurations;

/// <summary>What can be typed after <c>./build.sh</c>: the targets, and the parameters.</summary>
/// <param name="Targets">The targets, by name.</param>
/// <param name="Parameters">The parameters, by name.</param>
public sealed record BuildCommands(IReadOnlyList<BuildTarget> Targets, IReadOnlyList<BuildParameter> Parameters)
{
    private const string Definitions = "#/definitions/";

    /// <summary>Reads the parameters from the build's schema, as NUKE writes it to <c>.nuke/build.schema.json</c>.</summary>
    /// <param name="targets">The targets; the schema has their names only.</param>
    /// <param name="schema">The schema.</param>
    /// <exception cref="DeliveryException">It is no schema of a NUKE build.</exception>
    public static BuildCommands Of(IEnumerable<BuildTarget> targets, string schema)
    {
        try
        {
            using var document = JsonDocument.Parse(schema);
            var definitions = document.RootElement.GetProperty("definitions");
            var own = document.RootElement.GetProperty("allOf")[0].GetProperty("properties").EnumerateObject();
            var engines = definitions.GetProperty("NukeBuild").GetProperty("properties").EnumerateObject();
            var parameters = own.Concat(engines).Select(x => Parameter(x, definitions)).OrderBy(x => x.Name, StringComparer.Ordinal);
            return new BuildCommands([.. targets.OrderBy(x => x.Name, StringComparer.Ordinal)], [.. parameters]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new DeliveryException($"The schema of the build's parameters (.nuke/build.schema.json) has another form than NUKE gives it: {exception.Message}", exception);
        }
    }

    private static BuildParameter Parameter(JsonProperty property, JsonElement definitions)
    {
        var type = property.Value.TryGetProperty("items", out var items) ? items : property.Value;
        var name = type.TryGetProperty("$ref", out var reference) ? reference.GetString()![Definitions.Length..] : "";
        if (definitions.TryGetProperty(name, out var definition)) type = definition;
        var values = type.TryGetProperty("enum", out var names) ? names.EnumerateArray().Select(x => x.GetString()!) : [];
        return new BuildParameter(BuildParameter.Typed(property.Name), property.Value.TryGetProperty("description", out var description) ? description.GetString()! : "")
        {
            IsSwitch = IsBoolean(type),
            // NUKE orders the hosts it knows as the machine's culture does.
            Values = [.. name == "Host" ? values.Order(StringComparer.Ordinal) : values],
        };
    }

    // A switch that may be left out has the types boolean and null.
    private static bool IsBoolean(JsonElement type) => type.TryGetProperty("type", out var name)
        && (name.ValueKind == JsonValueKind.Array ? name.EnumerateArray().Any(x => x.ValueEquals("boolean")) : name.ValueEquals("boolean"));
}
