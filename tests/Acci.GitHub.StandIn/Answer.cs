using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>What is answered.</summary>
internal sealed record Answer(int Status, JsonNode? Body = null)
{
    /// <summary>A body that is not JSON.</summary>
    public byte[]? Bytes { get; init; }

    public Dictionary<string, string> Headers { get; init; } = [];

    public static Answer NotFound() => Error(404, "Not Found");

    public static Answer Error(int status, string message) =>
        new(status, new JsonObject { ["message"] = message, ["documentation_url"] = "https://docs.github.com/rest", ["status"] = $"{status}" });

    /// <summary>A request that is well formed and still impossible. Source: "Troubleshooting the REST API", section "Validation Failed".</summary>
    public static Answer Invalid(string resource, string field, string code)
    {
        var answer = Error(422, "Validation Failed");
        answer.Body!["errors"] = new JsonArray(new JsonObject { ["resource"] = resource, ["field"] = field, ["code"] = code });
        return answer;
    }

    /// <summary>One page of a list, with the addresses of the others. Source: "Using pagination in the REST API".</summary>
    public static Answer Page(RecordedRequest request, IReadOnlyList<JsonNode> all)
    {
        const int usual = 30, most = 100;
        var size = Math.Min(request.Query.TryGetValue("per_page", out var text) ? int.Parse(text) : usual, most);
        var page = request.Query.TryGetValue("page", out text) ? int.Parse(text) : 1;
        var last = Math.Max(1, (all.Count + size - 1) / size);
        var links = new List<string>();
        if (page > 1) links.AddRange([Link(page - 1, "prev"), Link(1, "first")]);
        if (page < last) links.AddRange([Link(page + 1, "next"), Link(last, "last")]);
        var answer = new Answer(200, new JsonArray([.. all.Skip((page - 1) * size).Take(size)]));
        if (links.Count > 0) answer.Headers["Link"] = string.Join(", ", links);
        return answer;

        string Link(int number, string relation)
        {
            var query = request.Query.Where(x => x.Key != "page").Append(new("page", $"{number}")).Select(x => $"{x.Key}={Uri.EscapeDataString(x.Value)}");
            return $"<{request.Server.TrimEnd('/')}{request.Target.Split('?')[0]}?{string.Join('&', query)}>; rel=\"{relation}\"";
        }
    }
}
