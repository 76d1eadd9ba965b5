using Acci.Testing;
using NJsonSchema;
using NJsonSchema.Validation;
using Newtonsoft.Json.Linq;

namespace Acci.Delivery.Tests.Sarif;

/// <summary>SARIF's schema, asked by another validator than the product's own.</summary>
internal static class SarifSchema
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(async () =>
    {
        var schema = JObject.Parse(await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Sarif", "sarif-2.1.0.schema.json")));
        // OASIS's schema has an `anyOf` among a region's properties, where it means nothing.
        ((JObject)schema["definitions"]!["region"]!["properties"]!).Remove("anyOf");
        return await JsonSchema.FromJsonAsync(schema.ToString());
    });

    /// <summary>What is wrong with a report. Code scanning takes URIs that are none.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(string sarif) =>
        [.. (await Schema.Value).Validate(sarif).SelectMany(Leaves).Where(x => x.Kind is not (ValidationErrorKind.UriExpected)).Select(x => $"{x.Path}: {x.Kind}")];

    private static IEnumerable<ValidationError> Leaves(ValidationError error) =>
        error is ChildSchemaValidationError child ? child.Errors.Values.SelectMany(x => x).SelectMany(Leaves)
        : error is MultiTypeValidationError several ? several.Errors.Where(x => x.Key != JsonObjectType.Null).SelectMany(x => x.Value).SelectMany(Leaves)
        : [error];
}
