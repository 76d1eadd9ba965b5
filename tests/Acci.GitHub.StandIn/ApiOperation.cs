using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NJsonSchema;
using NSwag;

namespace Acci.GitHub.StandIn;

/// <summary>One operation of GitHub's API: a method and a path's template.</summary>
internal sealed partial class ApiOperation
{
    // What GitHub takes although its description does not say so.
    private static readonly Dictionary<string, string[]> Undescribed = new()
    {
        ["packages/get-all-package-versions-for-package-owned-by-user"] = ["page", "per_page"],
    };

    // The names whose values are the rest of the path.
    private static readonly string[] Rests = ["ref", "basehead"];

    private readonly OpenApiOperation _description;
    private readonly JsonObject _source;
    private readonly JsonObject _document;
    private readonly Regex _path;

    public ApiOperation(string method, string template, OpenApiOperation description, JsonObject source, JsonObject document)
    {
        (Method, Template, _description, _source, _document) = (method.ToUpperInvariant(), template, description, source, document);
        _path = new Regex($"^{Parameter().Replace(Regex.Escape(template).Replace(@"\{", "{", StringComparison.Ordinal), ToGroup)}$", RegexOptions.CultureInvariant);
    }

    public string Id => _description.OperationId;

    public string Method { get; }

    public string Template { get; }

    /// <summary>Templates with more fixed parts come first: <c>/releases/latest</c> before <c>/releases/{release_id}</c>.</summary>
    public int Parameters => Parameter().Count(Template);

    /// <summary>The values in the path, or null when the path is another one's.</summary>
    public IReadOnlyDictionary<string, string>? Match(string method, string path)
    {
        if (method != Method || _path.Match(path) is not { Success: true } match) return null;
        return match.Groups.Cast<Group>().Skip(1).ToDictionary(x => x.Name, x => Uri.UnescapeDataString(x.Value));
    }

    /// <summary>In what the request differs from the description.</summary>
    public IEnumerable<string> ProblemsOf(RecordedRequest request)
    {
        foreach (var parameter in _description.ActualParameters)
        {
            var values = parameter.Kind == OpenApiParameterKind.Path ? request.Path : parameter.Kind == OpenApiParameterKind.Query ? request.Query : null;
            if (values is null) continue;
            if (!values.TryGetValue(parameter.Name, out var value))
            {
                if (parameter.IsRequired) yield return $"the {parameter.Kind} parameter '{parameter.Name}' is missing";
                continue;
            }

            foreach (var error in Validate(parameter.ActualSchema, Literal(parameter.ActualSchema, value))) yield return $"the parameter '{parameter.Name}' cannot be '{value}': {error}";
        }

        var described = _description.ActualParameters.Where(x => x.Kind == OpenApiParameterKind.Query).Select(x => x.Name).Concat(Undescribed.GetValueOrDefault(Id, []));
        foreach (var name in request.Query.Keys.Except(described)) yield return $"there is no query parameter '{name}'";
        foreach (var problem in ProblemsOfBody(request)) yield return problem;
    }

    /// <summary>In what the answer differs from the description.</summary>
    public IEnumerable<string> ProblemsOf(Answer answer)
    {
        if (answer.Bytes is not null) return [];
        var response = _description.Responses.TryGetValue($"{answer.Status}", out var found) ? found.ActualResponse : null;
        // Errors that an operation's description leaves out have the form of those it names.
        if (response is null) return answer.Status < 400 ? [$"there is no answer {answer.Status}"] : answer.Body!["message"] is not null ? [] : ["an error without a message"];
        var schema = response.Content.TryGetValue("application/json", out var media) ? media.Schema : null;
        if (schema is null) return answer.Body is null || answer.Status >= 400 ? [] : ["the answer has no body"];
        return answer.Body is null ? ["the answer lacks its body"] : Validate(schema.ActualSchema, answer.Body.ToJsonString());
    }

    /// <summary>The description's own example of an answer.</summary>
    public JsonNode Example(int status)
    {
        var examples = Resolve(_source["responses"]![$"{status}"]!)["content"]!["application/json"]!["examples"]!.AsObject();
        return Resolve(examples.First().Value!)["value"]!.DeepClone();
    }

    private IEnumerable<string> ProblemsOfBody(RecordedRequest request)
    {
        var body = _description.ActualRequestBody;
        if (body is null || body.Content.Count == 0)
        {
            if (request.Bytes.Length > 0) yield return "there is no body to be sent";
            yield break;
        }

        if (!body.Content.TryGetValue("application/json", out var json))
        {
            if (request.ContentType is null) yield return "the header Content-Type is missing";
            yield break;
        }

        if (request.Bytes.Length == 0)
        {
            if (body.IsRequired) yield return "the body is missing";
            yield break;
        }

        if (request.ContentType != "application/json") yield return $"the body is sent as '{request.ContentType}', not as application/json";
        if (request.Body is not JsonObject properties)
        {
            yield return "the body is not a JSON object";
            yield break;
        }

        var schema = json.Schema.ActualSchema;
        foreach (var error in Validate(schema, request.Body.ToJsonString())) yield return $"the body is wrong: {error}";
        if (schema.ActualProperties.Count == 0) yield break;
        foreach (var name in properties.Select(x => x.Key).Except(schema.ActualProperties.Keys)) yield return $"the body has a property '{name}' that is not described";
    }

    private static IEnumerable<string> Validate(JsonSchema schema, string json) => schema.Validate(json, SchemaType.OpenApi3).Select(x => $"{x.Kind} at {x.Path}");

    private static string Literal(JsonSchema schema, string value) =>
        schema.Type is JsonObjectType.Integer or JsonObjectType.Number or JsonObjectType.Boolean && IsJson(value) ? value : JsonValue.Create(value).ToJsonString();

    private static bool IsJson(string value) => long.TryParse(value, out _) || bool.TryParse(value, out _);

    private JsonObject Resolve(JsonNode node) => node["$ref"] is { } reference
        ? reference.GetValue<string>().TrimStart('#', '/').Split('/').Aggregate((JsonNode)_document, (current, name) => current[name]!).AsObject()
        : node.AsObject();

    private static string ToGroup(Match parameter)
    {
        var name = parameter.Groups["name"].Value;
        return $"(?<{name}>{(Rests.Contains(name) ? ".+" : "[^/]+")})";
    }

    [GeneratedRegex(@"\{(?<name>[a-z_]+)\}")]
    private static partial Regex Parameter();
}
