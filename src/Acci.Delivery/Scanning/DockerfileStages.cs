using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>
/// The stages of a Dockerfile, as far as it takes to tell which line brings an image's base: <c>FROM</c> and what it names, global <c>ARG</c>s, and the platform's own
/// arguments. Not a Dockerfile parser: heredocs and parser directives are no concern of a FROM line.
/// </summary>
internal sealed partial class DockerfileStages
{
    private readonly List<(string Image, string? Name, int Line)> _stages = [];
    private readonly Dictionary<string, string> _arguments = new(StringComparer.Ordinal);

    private DockerfileStages()
    {
    }

    /// <summary>Reads a Dockerfile.</summary>
    public static DockerfileStages Parse(IEnumerable<string> lines)
    {
        var stages = new DockerfileStages();
        foreach (var (index, line) in lines.Index())
        {
            if (From().Match(line) is { Success: true } from)
                stages._stages.Add((from.Groups["image"].Value, from.Groups["name"] is { Success: true, Value: var name } ? name : null, index + 1));
            else if (stages._stages.Count == 0 && Argument().Match(line) is { Success: true } argument)
                stages._arguments[argument.Groups["name"].Value] = argument.Groups["value"].Value.Trim('"', '\'');
        }

        return stages;
    }

    /// <summary>The line of the FROM that brings the base of what is built for this platform, from 1; null when none can be told.</summary>
    public int? BaseLineOf(Platform platform, string? target)
    {
        var stage = target is null ? _stages.Count - 1 : _stages.FindIndex(x => string.Equals(x.Name, target, StringComparison.OrdinalIgnoreCase));
        while (stage >= 0)
        {
            var image = Expand(_stages[stage].Image, platform);
            // A stage is based on one that stands before it; another of that name is an image of that name.
            var named = _stages.FindLastIndex(stage - 1 >= 0 ? stage - 1 : 0, stage, x => string.Equals(x.Name, image, StringComparison.OrdinalIgnoreCase));
            if (stage == 0 || named < 0) return image.Equals("scratch", StringComparison.OrdinalIgnoreCase) ? null : _stages[stage].Line;
            stage = named;
        }

        return null;
    }

    private string Expand(string text, Platform platform) => Variable().Replace(text, match =>
    {
        var name = match.Groups["name"].Value;
        var value = name switch
        {
            "TARGETARCH" => platform.Architecture,
            "TARGETOS" => platform.OperatingSystem,
            "TARGETVARIANT" => platform.Variant ?? "",
            "TARGETPLATFORM" => platform.ToString(),
            _ => _arguments.GetValueOrDefault(name, ""),
        };
        return value.Length == 0 && match.Groups["default"].Success ? match.Groups["default"].Value : value;
    });

    [GeneratedRegex(@"^\s*FROM\s+(?:--\S+\s+)*(?<image>\S+)(?:\s+AS\s+(?<name>\S+))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex From();

    [GeneratedRegex(@"^\s*ARG\s+(?<name>\w+)=(?<value>\S*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Argument();

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>\w+)(?::-(?<default>[^}]*))?\})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();
}
