using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Images;

/// <summary>
/// The stages of a Dockerfile, as far as it takes to tell what an image is made from: <c>FROM</c> and what it names, what is copied or mounted from
/// elsewhere, global <c>ARG</c>s, and the platform's own arguments. Not a Dockerfile parser: parser directives and most of shell's expansions are no concern
/// of it.
/// </summary>
internal sealed partial class DockerfileStages
{
    private readonly List<Stage> _stages = [];
    private readonly List<(string Name, string Value)> _arguments = [];

    private DockerfileStages()
    {
    }

    /// <summary>Reads a Dockerfile.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="arguments">What a build gives its <c>ARG</c>s.</param>
    public static DockerfileStages Parse(IEnumerable<string> lines, IReadOnlyDictionary<string, string> arguments)
    {
        var stages = new DockerfileStages();
        string? heredoc = null;
        foreach (var (index, line) in lines.Index())
        {
            if (heredoc is not null)
            {
                if (line.TrimStart('\t') == heredoc) heredoc = null;
                continue;
            }

            if (From().Match(line) is { Success: true } from)
                stages._stages.Add(new Stage(from.Groups["image"].Value, from.Groups["name"] is { Success: true } name ? name.Value : null, index + 1));
            else if (stages._stages is [.., var stage])
                stage.Sources.AddRange(Source().Matches(line).Select(x => (x.Groups["image"].Value, index + 1)));
            else if (Argument().Match(line) is { Success: true } argument)
                stages.Declare(argument.Groups["name"].Value, argument.Groups["value"] is { Success: true, Value: var value } ? value.Trim('"', '\'') : null, arguments);
            heredoc = Heredoc().Match(line) is { Success: true } here ? here.Groups["end"].Value : null;
        }

        return stages;
    }

    /// <summary>The line of the FROM that brings the base of what is built for this platform, from 1; null when none can be told.</summary>
    public int? BaseLineOf(Platform platform, string? target)
    {
        var arguments = ArgumentsOf(platform);
        for (var stage = IndexOf(target); stage >= 0;)
        {
            var image = Expand(_stages[stage].Image, arguments);
            if (StageBefore(stage, image) is not { } named) return IsScratch(image) ? null : _stages[stage].Line;
            stage = named;
        }

        return null;
    }

    /// <summary>
    /// The images from which it takes to build a stage for this platform: what FROM lines name, and what is copied or mounted from an image.
    /// </summary>
    public IEnumerable<(string Image, int Line)> ImagesOf(Platform platform, string? target)
    {
        var arguments = ArgumentsOf(platform);
        var seen = new HashSet<int>();
        var waiting = new Stack<int>();
        if (IndexOf(target) is >= 0 and var last) waiting.Push(last);
        while (waiting.TryPop(out var stage))
        {
            if (!seen.Add(stage)) continue;
            var from = (Image: Expand(_stages[stage].Image, arguments), _stages[stage].Line);
            foreach (var (image, line) in _stages[stage].Sources.Select(x => (x.Image, x.Line)).Prepend(from))
            {
                if (StageBefore(stage, image) is { } named) waiting.Push(named);
                else if (!IsScratch(image)) yield return (image, line);
            }
        }
    }

    private static bool IsScratch(string image) => image.Equals("scratch", StringComparison.OrdinalIgnoreCase);

    // Without a value it keeps the platform's.
    private void Declare(string name, string? value, IReadOnlyDictionary<string, string> given)
    {
        if (given.GetValueOrDefault(name) is { } text || (text = value) is not null) _arguments.Add((name, text));
    }

    private int IndexOf(string? target) => target is null ? _stages.Count - 1
        : _stages.FindIndex(x => string.Equals(x.Name, target, StringComparison.OrdinalIgnoreCase)) is >= 0 and var named ? named
        : int.TryParse(target, out var number) && number < _stages.Count ? number : -1;

    // What a stage uses stands before it; another of that name is an image of that name.
    private int? StageBefore(int stage, string name) =>
        _stages[..stage].FindLastIndex(x => string.Equals(x.Name, name, StringComparison.OrdinalIgnoreCase)) is >= 0 and var named ? named
        : int.TryParse(name, out var number) && number >= 0 && number < stage ? number : null;

    private Dictionary<string, string> ArgumentsOf(Platform platform)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TARGETARCH"] = platform.Architecture,
            ["TARGETOS"] = platform.OperatingSystem,
            ["TARGETVARIANT"] = platform.Variant ?? "",
            ["TARGETPLATFORM"] = platform.ToString(),
        };
        foreach (var (name, value) in _arguments) values[name] = Expand(value, values);
        return values;
    }

    private static string Expand(string text, Dictionary<string, string> arguments) => Variable().Replace(text, match =>
    {
        var value = arguments.GetValueOrDefault(match.Groups["name"].Value, "");
        return value.Length == 0 && match.Groups["default"].Success ? match.Groups["default"].Value : value;
    });

    [GeneratedRegex(
        @"^\s*FROM\s+(?:--\S+\s+)*(?<image>\S+)(?:\s+AS\s+(?<name>\S+))?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex From();

    [GeneratedRegex(@"^\s*ARG\s+(?<name>\w+)(?:=(?<value>\S*))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Argument();

    // Mounts may stand on a line of their own.
    [GeneratedRegex(
        @"^\s*COPY\s(?:.*\s)?--from=(?<image>\S+)|^[^#]*--mount=(?:[^\s,]+,)*from=(?<image>[^\s,]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Source();

    // What stands in one may look like an instruction: "from x import y".
    [GeneratedRegex(
        @"^\s*(?:RUN|COPY|ADD)\s.*<<-?(?<quote>[""']?)(?<end>\w+)\k<quote>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Heredoc();

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>\w+)(?::-(?<default>[^}]*))?\})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    private sealed record Stage(string Image, string? Name, int Line)
    {
        public List<(string Image, int Line)> Sources { get; } = [];
    }
}
