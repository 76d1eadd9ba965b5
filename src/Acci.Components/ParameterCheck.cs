using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Nuke.Common.ProjectModel;

namespace Acci.Components;

/// <summary>Finds what is wrong with the parameters and targets somebody gives a build, wherever NUKE reads them. No value of a secret is in any message.</summary>
/// <param name="parameters">The build's parameters, by name.</param>
/// <param name="targets">The names of its targets.</param>
internal sealed partial class ParameterCheck(IReadOnlyDictionary<string, MemberInfo?> parameters, IReadOnlyCollection<string> targets)
{
    private readonly FormerNames _former = new(parameters);

    /// <summary>What is wrong with a command line.</summary>
    public IEnumerable<string> OfCommandLine(TypedArguments arguments)
    {
        foreach (var problem in arguments.Targets.Select(TargetProblem).OfType<string>()) yield return Sentence(problem);
        if (MixedSeparators(arguments.Targets, '+') is { } mixed) yield return $"targets {mixed}.";
        // Both engines would read the last one only.
        if (arguments.Parameters.Where(x => Name().IsMatch(x.Text)).GroupBy(x => Parameters.Normalize(x.Text), StringComparer.OrdinalIgnoreCase).FirstOrDefault(x => x.Count() > 1) is { } twice)
            yield return $"{twice.Last().Text} is given {twice.Count()} times: give it once{(IsList(twice.Key) ? ", with the values separated by ','" : "")}.";
        if (arguments is { Targets.Count: > 0 } && arguments.ValuesOf("Target") is { Count: > 0 } named)
            yield return $"targets are given twice, as '{string.Join(' ', arguments.Targets)}' and as --target {string.Join(' ', named)}: give all of them first, without --target.";
        if (SkippedInsteadOfRun(arguments) is { } skipped) yield return skipped;
        foreach (var (text, values) in arguments.Parameters)
        {
            if (Name().Match(text) is not { Success: true } match)
            {
                // It may be a secret whose text begins like a parameter.
                yield return "an argument begins with '-' and is no parameter's name. All are listed by --help; a value that begins with '-' can come from the environment.";
                continue;
            }

            var name = match.Groups["name"].Value;
            if (match.Groups["value"].Success) yield return $"--{name}=… is not read: write {(IsSwitch(name) ? $"'--{name}', or '--{name} false'" : $"'--{name} value'")}, with a space.";
            else if (!parameters.TryGetValue(Parameters.Normalize(name), out var member)) yield return $"there is no parameter '--{name}'.{Meant(Parameters.Normalize(name), x => $"--{BuildParameter.Typed(x)}")} All are listed by --help.";
            else if (member is not null && Problem(Parameters.Normalize(name), member, values, isTyped: true, Environment.CurrentDirectory) is { } problem) yield return Sentence($"--{name} {problem}");
            else if (member is not null && MixedSeparators(values, Parameters.Separator(member)) is { } both) yield return $"--{name} {both}.";
            else if (Swallowed(name, member, values, arguments.Targets) is { } target) yield return Sentence($"--{name} {target}");
        }
    }

    /// <summary>What is wrong with environment variables that NUKE takes for parameters.</summary>
    public IEnumerable<string> OfEnvironment(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (variable, value) in variables.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            if (value.Length > 0 && ParameterOf(variable) is var (name, member) && ValueProblem(name, member, value, Environment.CurrentDirectory) is { } problem)
                yield return Sentence($"the environment variable {variable} {problem}");
        }
    }

    /// <summary>What is wrong with a parameter file.</summary>
    /// <param name="file">How messages call it.</param>
    /// <param name="text">What stands in it.</param>
    /// <param name="root">The repository's root, from which its paths start. Those of a command line start from the working directory.</param>
    public IEnumerable<string> OfFile(string file, string text, string root)
    {
        using var document = ParameterJson.Parse(text, out var reason);
        if (document is null)
        {
            yield return $"{file} {reason}.";
            yield break;
        }

        foreach (var property in document.RootElement.EnumerateObject().Where(x => x.Name != "$schema"))
        {
            if (_former.Present(property.Name) is { } present)
            {
                if (UnderFormerName(property, present, document.RootElement, file, root) is { } wrong)
                    yield return Sentence($"{file}: {property.Name} {wrong}");
                continue;
            }

            // As it is declared, and without dashes: NUKE would not find it otherwise.
            if (!parameters.TryGetValue(property.Name, out var member))
                yield return $"{file}: there is no parameter '{property.Name}'.{Meant(Parameters.Normalize(property.Name), x => x)} All are listed by --help.";
            else if (property.Name != Shown(property.Name))
                yield return $"{file}: {property.Name} is not read: write '{Shown(property.Name)}'.";
            else if (member is not null && InFile(property, property.Name, member, file, root) is { } problem)
                yield return Sentence($"{file}: {property.Name} {problem}");
        }
    }

    private string? UnderFormerName(JsonProperty property, string present, JsonElement all, string file, string root)
    {
        if (all.TryGetProperty(present, out _)) return $"is now called {present}, which is there, too: remove {property.Name}";
        var member = parameters[present]!;
        // It is handed to the engine in one line.
        if (Parameters.Separator(member) is { } separator && ParameterJson.Values(property.Value).Any(x => x.Contains(separator, StringComparison.Ordinal)))
            return $"is now called {present}, and a value with '{separator}' in it is read under that name only: write that";
        // The engine decrypts it by the name it knows.
        return member.IsDefined(typeof(SecretAttribute)) ? $"is now called {present}: write that" : InFile(property, present, member, file, root);
    }

    private string? InFile(JsonProperty property, string name, MemberInfo member, string file, string root)
    {
        if (ParameterJson.Problem(property.Value, isSwitch: Parameters.ValueType(member) == typeof(bool)) is { } problem) return problem;
        var isList = property.Value.ValueKind == JsonValueKind.Array;
        if (isList != Parameters.IsCollection(member)) return isList ? "takes one value, and no list" : "takes a list, as in [ \"one\", \"other\" ]";
        var values = ParameterJson.Values(property.Value);
        if (member.IsDefined(typeof(SecretAttribute)) && values is [{ Length: > 0 } secret]) return EncryptedValues.Problem(name, file, secret);
        return Problem(name, member, values, isTyped: false, root);
    }

    private string? Problem(string name, MemberInfo member, List<string> values, bool isTyped, string folder)
    {
        var type = Parameters.ValueType(member);
        var order = isTyped ? "; targets go before the first parameter" : "";
        if (values.Count == 0 && !CanBeAlone(name, member))
            return $"has no value; one that begins with '-' can come from the environment variable {(ForeignVariables.IsForeign(Shown(name), Shown(name), member) ? "NUKE_" : "")}{Shown(name)}";
        if (values.Count > 1 && !Parameters.IsCollection(member)) return $"takes one value, and has {values.Count}{order}";

        foreach (var value in values)
        {
            if (ValueProblem(name, member, value, folder) is { } problem) return type == typeof(bool) && IsTarget(value) ? $"{problem}{order}" : problem;
        }

        return null;
    }

    /// <summary>A switch, a list, which is empty then, and the root, which is the working directory. No target and no profile mean nothing, and would run something else.</summary>
    private static bool CanBeAlone(string name, MemberInfo member) => Parameters.ValueType(member) == typeof(bool)
        || (Parameters.IsEngines(member) ? name.ToUpperInvariant() is "SKIP" or "ROOT" : Parameters.IsCollection(member));

    private string? ValueProblem(string name, MemberInfo member, string value, string folder)
    {
        if (TakesTargets(name, member)) return value.Split('+').Select(TargetProblem).OfType<string>().Select(x => $"cannot be '{value}': {x}").FirstOrDefault();
        return ParameterText.Problem(member, value) ?? (Parameters.ValueType(member) == typeof(Solution) ? SolutionFile.Problem(value, folder) : null);
    }

    private string? TargetProblem(string typed)
    {
        foreach (var name in typed.Split('+').Where(x => !IsTarget(x)))
        {
            if (name.StartsWith(':')) return $"'{name}' is no target: commands that begin with ':' are those of NUKE's global tool, as in 'nuke {name}'";
            var closest = ClosestMatch.Of(Parameters.Normalize(name), targets);
            return $"there is no target '{name}'.{(closest is null ? "" : $" Did you mean '{closest}'?")} All are listed by --help";
        }

        return null;
    }

    private bool IsList(string name) => parameters.TryGetValue(name, out var member) && member is not null && Parameters.IsCollection(member);

    private bool IsSwitch(string name) => parameters.TryGetValue(Parameters.Normalize(name), out var member) && member is not null && Parameters.ValueType(member) == typeof(bool);

    private bool IsTarget(string name) => targets.Contains(Parameters.Normalize(name), StringComparer.OrdinalIgnoreCase);

    private static string Sentence(string problem) => problem.EndsWith('?') ? problem : $"{problem}.";

    private static bool TakesTargets(string name, MemberInfo? member) => member is not null && Parameters.IsEngines(member) && name.ToUpperInvariant() is "TARGET" or "SKIP";

    /// <summary>
    /// A target among the values of a parameter: both engines read it as a value, and run the default target instead. A value that only happens to be called like a
    /// target, such as the tag 'test', is left alone where it cannot have been meant as one: alone, after a target, and not spelled as the target is.
    /// </summary>
    private string? Swallowed(string name, MemberInfo? member, List<string> values, IReadOnlyList<string> typed)
    {
        if (TakesTargets(Parameters.Normalize(name), member)) return null;
        var swallowed = values.Where((value, i) => IsTargets(value) && (typed.Count == 0 || i > 0 || IsSpelledAsTargets(value))).ToArray();
        if (swallowed.Length == 0) return null;
        var others = member?.IsDefined(typeof(SecretAttribute)) is true ? [" …"] : values.Except(swallowed).Select(x => $" {x}");
        return $"would take '{swallowed[0]}', which is a target, for a value; targets go before the first parameter: "
            + $"{string.Join(' ', [.. typed, .. swallowed])} --{name}{string.Concat(others)}";
    }

    /// <summary>Several values of <c>--skip</c> where no target is named: the last ones may be meant to run, and the default target would run instead.</summary>
    private static string? SkippedInsteadOfRun(TypedArguments arguments)
    {
        if (arguments.Targets.Count > 0 || arguments.ValuesOf("Target") is not null || arguments.ValuesOf("Skip") is not { Count: > 1 } names) return null;
        var others = names.Skip(1).ToArray();
        return $"--skip would take '{others[0]}' for a target to skip, and the default target would run; targets go before the first parameter: "
            + $"{string.Join(' ', others)} --skip {names[0]}. Several targets to skip are joined by '+': --skip {string.Join('+', names)}.";
    }

    // NUKE leaves such a list out, with a warning.
    private static string? MixedSeparators(IReadOnlyList<string> values, char? separator) =>
        separator is { } character && values.Count > 1 && values.FirstOrDefault(x => x.Contains(character, StringComparison.Ordinal)) is { } joined
            ? $"cannot have '{joined}' beside other values: separate all of them by '{character}', or all by blanks"
            : null;

    private bool IsTargets(string text) => text.Split('+').All(IsTarget);

    private bool IsSpelledAsTargets(string text) => text.Split('+').All(x => targets.Contains(x, StringComparer.Ordinal));

    /// <summary>The parameter that a variable is: under its very name, or in any spelling, with NUKE_ before it or without; the engine's own only with it.</summary>
    private (string Name, MemberInfo Member)? ParameterOf(string variable)
    {
        var plain = new string([.. variable.Where(char.IsLetterOrDigit)]);
        if (plain.StartsWith("NUKE", StringComparison.OrdinalIgnoreCase) && parameters.TryGetValue(plain[4..], out var prefixed) && prefixed is not null) return (plain[4..], prefixed);
        return parameters.TryGetValue(plain, out var member) && member is not null && !ForeignVariables.IsForeign(variable, parameters) ? (plain, member) : null;
    }

    private string Meant(string name, Func<string, string> show) =>
        ClosestMatch.Of(name, parameters.Keys.Select(Shown)) is { } closest ? $" Did you mean '{show(closest)}'?" : "";

    // As it was declared.
    private string Shown(string name) => parameters.Keys.First(x => x.Equals(name, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("^-+(?<name>[A-Za-z][A-Za-z0-9_-]{0,50})(?<value>=.*)?$", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Name();
}
