using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Checking;

/// <summary>
/// What <c>docker buildx bake --call=check,format=json</c> says, by target. Source: Docker's documentation, "Build checks" and "docker buildx build", section
/// "Call a frontend method".
/// </summary>
public static class CheckReport
{
    /// <summary>The rule of what keeps a Dockerfile from being checked to its end.</summary>
    public const string BuildError = "BuildError";

    /// <summary>Reads the findings of each target, in the order of their lines.</summary>
    /// <param name="json">What the command wrote.</param>
    /// <param name="fileOf">The Dockerfile of a target, relative to the repository's root.</param>
    /// <exception cref="DeliveryException">It has another form.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<DockerfileFinding>> Read(string json, Func<string, string> fileOf)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("target").EnumerateObject().ToDictionary(
                target => target.Name,
                IReadOnlyList<DockerfileFinding> (target) => [.. Findings(target.Value.GetProperty("check"), fileOf(target.Name)).Distinct().OrderBy(x => x.StartLine).ThenBy(x => x.Rule, StringComparer.Ordinal)]);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DeliveryException($"buildx answered a check with something else than findings by target: {JsonProblem.TextOf(exception)}. It takes buildx 0.17 or newer.", exception);
        }
    }

    private static IEnumerable<DockerfileFinding> Findings(JsonElement check, string file)
    {
        if (check.TryGetProperty("warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array)
        {
            foreach (var warning in warnings.EnumerateArray())
            {
                var (start, end) = Lines(warning);
                yield return new DockerfileFinding(Text(warning, "ruleName"), file, Text(warning, "detail"))
                {
                    Description = Text(warning, "description"),
                    Page = Uri.TryCreate(Text(warning, "url"), UriKind.Absolute, out var page) ? page : null,
                    StartLine = start,
                    EndLine = end,
                };
            }
        }

        if (check.TryGetProperty("buildError", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            var (start, end) = Lines(error);
            yield return new DockerfileFinding(BuildError, file, Text(error, "message")) { Description = "The Dockerfile cannot be built", StartLine = start, EndLine = end, IsError = true };
        }
    }

    private static (int Start, int End) Lines(JsonElement finding) =>
        finding.TryGetProperty("location", out var location) && location.TryGetProperty("ranges", out var ranges) && ranges is { ValueKind: JsonValueKind.Array } && ranges.GetArrayLength() > 0
            ? (Line(ranges[0], "start"), Line(ranges[ranges.GetArrayLength() - 1], "end"))
            : (0, 0);

    private static int Line(JsonElement range, string name) => range.TryGetProperty(name, out var place) && place.TryGetProperty("line", out var line) ? line.GetInt32() : 0;

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
