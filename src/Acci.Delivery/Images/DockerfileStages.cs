using System.Text;
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
        foreach (var (text, line) in Instructions(lines))
        {
            if (From().Match(text) is { Success: true } from)
                stages._stages.Add(new Stage(Unquoted(from.Groups["image"].Value), from.Groups["name"] is { Success: true } name ? name.Value : null, line));
            else if (stages._stages is [.., var stage])
                stage.Sources.AddRange(SourcesIn(text).Select(image => (image, line)));
            else if (Arguments().Match(text) is { Success: true } declared)
                foreach (Match argument in Argument().Matches(declared.Groups["words"].Value))
                    stages.Declare(argument.Groups["name"].Value, argument.Groups["value"] is { Success: true, Value: var value } ? Unquoted(value) : null, arguments);
        }

        return stages;
    }

    // Each with the line that it begins on. A backslash at the end of a line goes on in the next one that is no comment; what stands in a heredoc may look like an
    // instruction: "from x import y".
    private static IEnumerable<(string Text, int Line)> Instructions(IEnumerable<string> lines)
    {
        var (text, begin) = (new StringBuilder(), 0);
        string? heredoc = null;
        foreach (var (index, line) in lines.Index())
        {
            if (heredoc is not null)
            {
                if (line.TrimStart('\t') == heredoc) heredoc = null;
                continue;
            }

            if (line.AsSpan().TrimStart() is ['#', ..] || (text.Length > 0 && string.IsNullOrWhiteSpace(line))) continue;
            if (text.Length == 0) begin = index + 1;
            var isContinued = line.AsSpan().TrimEnd() is [.., '\\'];
            text.Append(isContinued ? line.AsSpan().TrimEnd()[..^1] : line);
            if (isContinued) continue;
            var whole = text.ToString();
            text.Clear();
            heredoc = Heredoc().Match(whole) is { Success: true } here ? here.Groups["end"].Value : null;
            yield return (whole, begin);
        }

        if (text.Length > 0) yield return (text.ToString(), begin);
    }

    private static IEnumerable<string> SourcesIn(string instruction)
    {
        var flags = Flags().Match(instruction);
        foreach (var flag in flags.Groups["flag"].Captures.Select(x => Unquoted(x.Value)))
        {
            if (flag.StartsWith("--from=", StringComparison.OrdinalIgnoreCase)) yield return Unquoted(flag["--from=".Length..]);
            else if (flag.StartsWith("--mount=", StringComparison.OrdinalIgnoreCase)
                && flag["--mount=".Length..].Split(',').FirstOrDefault(x => x.StartsWith("from=", StringComparison.OrdinalIgnoreCase)) is { } from)
                yield return Unquoted(from["from=".Length..]);
        }
    }

    private static string Unquoted(string word) => word.Trim('"', '\'');

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

    [GeneratedRegex(@"^\s*ARG\s+(?<words>.*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"(?<name>\w+)(?:=(?<value>""[^""]*""|'[^']*'|\S*))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Argument();

    // Those that name an image stand before what is run or copied.
    [GeneratedRegex(@"^\s*(?:RUN|COPY)(?:\s+(?<flag>--\S+))*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Flags();

    // A word of its own: $((1<<8)) is none. Source: BuildKit, frontend/dockerfile/parser, heredoc.
    [GeneratedRegex(
        @"^\s*(?:RUN|COPY|ADD)\s(?:.*\s)?\d*<<-?(?<quote>[""']?)(?<end>[^\s<""']+)\k<quote>(?:\s|$)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Heredoc();

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>\w+)(?::-(?<default>[^}]*))?\})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Variable();

    private sealed record Stage(string Image, string? Name, int Line)
    {
        public List<(string Image, int Line)> Sources { get; } = [];
    }
}
