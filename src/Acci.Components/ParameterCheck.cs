using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Delivery.RunConfigurations;
using Nuke.Common;
using Nuke.Common.IO;

namespace Acci.Components;

/// <summary>Finds what is wrong with the parameters and targets somebody gives a build, wherever NUKE reads them. No value of a secret is in any message.</summary>
/// <param name="parameters">The build's parameters, by name.</param>
/// <param name="targets">The names of its targets.</param>
internal sealed partial class ParameterCheck(IReadOnlyDictionary<string, MemberInfo?> parameters, IReadOnlyCollection<string> targets)
{
    /// <summary>What is wrong with a command line.</summary>
    public IEnumerable<string> OfCommandLine(TypedArguments arguments)
    {
        foreach (var problem in arguments.Targets.Select(TargetProblem).OfType<string>()) yield return Sentence(problem);
        foreach (var (text, values) in arguments.Parameters)
        {
            if (Name().Match(text) is not { Success: true } match)
            {
                // It may be a secret whose text begins like a parameter.
                yield return "an argument begins with '-' and is no parameter's name. All are listed by --help; a value that begins with '-' can come from the environment.";
                continue;
            }

            var name = match.Groups["name"].Value;
            if (match.Groups["value"].Success) yield return $"--{name}=… is not read: write '--{name} value', with a space.";
            else if (!parameters.TryGetValue(Parameters.Normalize(name), out var member)) yield return $"there is no parameter '--{name}'.{Meant(Parameters.Normalize(name), x => $"--{BuildParameter.Typed(x)}")} All are listed by --help.";
            else if (member is not null && Problem(Parameters.Normalize(name), member, values, isTyped: true) is { } problem) yield return Sentence($"--{name} {problem}");
        }
    }

    /// <summary>What is wrong with environment variables that NUKE takes for parameters.</summary>
    public IEnumerable<string> OfEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (variable, value) in variables.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            if (value.Length > 0 && ParameterOf(variable) is var (name, member) && ValueProblem(name, member, value) is { } problem)
                yield return Sentence($"the environment variable {variable} {problem}");
        }
    }

    /// <summary>What is wrong with a parameter file.</summary>
    /// <param name="file">How messages call it.</param>
    /// <param name="text">What stands in it.</param>
    public IEnumerable<string> OfFile(string file, string text)
    {
        using var document = Parse(text, out var reason);
        if (document is null)
        {
            yield return $"{file} {reason}.";
            yield break;
        }

        foreach (var property in document.RootElement.EnumerateObject().Where(x => x.Name != "$schema"))
        {
            // Not with dashes: one of the engines would not find it.
            if (!parameters.TryGetValue(property.Name, out var member))
                yield return $"{file}: there is no parameter '{property.Name}'.{Meant(Parameters.Normalize(property.Name), x => x)} All are listed by --help.";
            else if (member is not null && Problem(property.Name, member, Values(property.Value), isTyped: false) is { } problem)
                yield return Sentence($"{file}: {property.Name} {problem}");
        }
    }

    private string? Problem(string name, MemberInfo member, List<string> values, bool isTyped)
    {
        var type = Parameters.ValueType(member);
        var order = isTyped ? "; targets go before the first parameter" : "";
        if (!Parameters.IsArray(member))
        {
            // The root without a value is the working directory.
            if (values.Count == 0 && type != typeof(bool) && !(IsEngines(member) && type == typeof(AbsolutePath)))
                return $"has no value; one that begins with '-' can come from the environment variable {(IsEngines(member) ? "NUKE_" : "")}{Shown(name)}";
            if (values.Count > 1) return $"takes one value, and has {values.Count}{order}";
        }

        foreach (var value in values)
        {
            if (ValueProblem(name, member, value) is { } problem) return type == typeof(bool) && IsTarget(value) ? $"{problem}{order}" : problem;
        }

        return null;
    }

    private string? ValueProblem(string name, MemberInfo member, string value)
    {
        // Encrypted, as NUKE's own tool writes secrets into a file; or the names of targets.
        if (value.StartsWith("v1:", StringComparison.Ordinal)) return null;
        if (IsEngines(member) && name.ToUpperInvariant() is "TARGET" or "SKIP") return value.Split('+').Select(TargetProblem).OfType<string>().Select(x => $"cannot be '{value}': {x}").FirstOrDefault();
        return ParameterText.Problem(member, value);
    }

    private string? TargetProblem(string typed)
    {
        foreach (var name in typed.Split('+').Where(x => !IsTarget(x)))
        {
            var closest = ClosestMatch.Of(Parameters.Normalize(name), targets);
            return $"there is no target '{name}'.{(closest is null ? "" : $" Did you mean '{closest}'?")} All are listed by --help";
        }

        return null;
    }

    private bool IsTarget(string name) => targets.Contains(Parameters.Normalize(name), StringComparer.OrdinalIgnoreCase);

    private static string Sentence(string problem) => problem.EndsWith('?') ? problem : $"{problem}.";

    private static bool IsEngines(MemberInfo member) => member.DeclaringType == typeof(NukeBuild);

    /// <summary>The parameter that a variable is: under its very name, or in any spelling with NUKE_ before it; the engine's own only so.</summary>
    private (string Name, MemberInfo Member)? ParameterOf(string variable)
    {
        var plain = new string([.. variable.Where(char.IsLetterOrDigit)]);
        if (plain.StartsWith("NUKE", StringComparison.OrdinalIgnoreCase) && parameters.TryGetValue(plain[4..], out var prefixed) && prefixed is not null) return (plain[4..], prefixed);
        // A single word in another spelling, such as CACHE or FORCE, is as likely somebody else's: the engine warns where that does not convert.
        return parameters.TryGetValue(plain, out var member) && member is not null && !IsEngines(member) && (variable.Contains('_', StringComparison.Ordinal) || variable == Shown(plain)) ? (plain, member) : null;
    }

    private string Meant(string name, Func<string, string> show) =>
        ClosestMatch.Of(name, parameters.Keys.Select(Shown)) is { } closest ? $" Did you mean '{show(closest)}'?" : "";

    // As it was declared.
    private string Shown(string name) => parameters.Keys.First(x => x.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static JsonDocument? Parse(string text, out string reason)
    {
        try
        {
            var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            reason = "holds no parameters: it has to be a JSON object";
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException exception)
        {
            reason = $"is no JSON: {exception.Message.TrimEnd('.')}";
        }

        return null;
    }

    private static List<string> Values(JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text)] : [Text(value)];

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex("^-+(?<name>[A-Za-z][A-Za-z0-9_-]{0,50})(?<value>=.*)?$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Name();
}
