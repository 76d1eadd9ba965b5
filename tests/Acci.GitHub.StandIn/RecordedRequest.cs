using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>A request as it came in.</summary>
public sealed record RecordedRequest
{
    /// <summary>The operation's name in GitHub's description: <c>repos/create-release</c>; empty for what is not described.</summary>
    public required string Operation { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as they were sent, still escaped.</summary>
    public required string Target { get; init; }

    /// <summary>The values in the path, by the names in its template.</summary>
    public required IReadOnlyDictionary<string, string> Path { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>The headers, by lower-case name.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required byte[] Bytes { get; init; }

    /// <summary>The body, where it is JSON.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>The address the client knows this server by, with a slash at its end.</summary>
    public required string Server { get; init; }

    public string? ContentType => Headers.GetValueOrDefault("content-type")?.Split(';')[0].Trim();

    public override string ToString() => $"{Method} {Target}";

    internal string Text(string property) => Body?[property]?.GetValue<string>() ?? "";

    internal T? Value<T>(string property)
        where T : struct => Body?[property]?.GetValue<T>();
}
