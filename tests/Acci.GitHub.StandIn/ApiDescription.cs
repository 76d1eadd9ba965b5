using System.Text.Json.Nodes;
using NSwag;

namespace Acci.GitHub.StandIn;

/// <summary>GitHub's published description of its API, in OpenAPI 3.0.</summary>
internal sealed class ApiDescription
{
    private static readonly Lazy<Task<ApiDescription>> Loaded = new(ReadAsync);

    private readonly IReadOnlyList<ApiOperation> _operations;

    private ApiDescription(IReadOnlyList<ApiOperation> operations) => _operations = operations;

    /// <summary>The description, read once.</summary>
    public static Task<ApiDescription> LoadAsync() => Loaded.Value;

    /// <summary>The operation that the request is for, with the values in its path.</summary>
    public (ApiOperation Operation, IReadOnlyDictionary<string, string> Values)? Find(string method, string path)
    {
        foreach (var operation in _operations)
        {
            if (operation.Match(method, path) is { } values) return (operation, values);
        }

        return null;
    }

    private static async Task<ApiDescription> ReadAsync()
    {
        await using var stream = typeof(ApiDescription).Assembly.GetManifestResourceStream("github-openapi.json")!;
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync();
        var source = JsonNode.Parse(text)!.AsObject();
        var document = await OpenApiDocument.FromJsonAsync(text);
        return new ApiDescription(
        [
            .. from path in document.Paths
               from operation in path.Value
               let described = source["paths"]![path.Key]![operation.Key]!.AsObject()
               select new ApiOperation(operation.Key, path.Key, operation.Value, described, source) into found
               orderby found.Parameters
               select found,
        ]);
    }
}
