using System.Reflection;
using System.Text.RegularExpressions;
using Acci.Generation.RunConfigurations;
using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// The names that parameters had before, as <see cref="FormerNameAttribute"/> says. Neither engine knows them: a value that is given under a former name
/// is handed to the engine as an environment variable of the present name, and a warning names that.
/// </summary>
/// <remarks>
/// The command line and the parameter files cannot be changed for NUKE, which reads them itself. The environment can, until NUKE starts.
/// </remarks>
internal sealed partial class FormerNames
{
    private readonly Dictionary<string, MemberInfo> _members = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Those of a build.</summary>
    /// <param name="parameters">The build's parameters, by name. One that is called as another one was comes first.</param>
    public FormerNames(IReadOnlyDictionary<string, MemberInfo?> parameters)
    {
        foreach (var member in parameters.Values.OfType<MemberInfo>())
        {
            foreach (var former in member.GetCustomAttributes<FormerNameAttribute>())
            {
                if (!parameters.ContainsKey(former.Name)) _members.TryAdd(former.Name, member);
            }
        }
    }

    /// <summary>What a parameter of this former name is called now; null when none had it.</summary>
    public string? Present(string name) => _members.TryGetValue(Parameters.Normalize(name), out var member) ? Parameters.NameOf(member) : null;

    /// <summary>A command line with the present names.</summary>
    public string[] Renamed(IEnumerable<string> arguments) => [.. arguments.Select(x => PresentOption(x) ?? x)];

    /// <summary>The warnings about a command line.</summary>
    public IEnumerable<string> Warnings(IEnumerable<string> arguments) =>
        from argument in arguments.Distinct() let present = PresentOption(argument) where present is not null select $"{argument} is now called {present}";

    /// <summary>Renames environment variables of this process.</summary>
    /// <param name="warn">Gets a warning for each.</param>
    /// <returns>What is wrong where a parameter has two variables; else null.</returns>
    public string? RenameVariables(Action<string> warn)
    {
        var found = ForeignVariables.Current().Where(x => x.Value.Length > 0).OrderBy(x => x.Key, StringComparer.Ordinal)
            .Select(x => (Variable: x.Key, x.Value, Present: FormerNameIn(x.Key) is { } former ? Present(former)! : ""))
            .Where(x => x.Present.Length > 0).ToList();
        foreach (var (variable, value, present) in found)
        {
            if (found.Where(x => x.Present == present && x.Variable != variable).Select(x => x.Variable).Concat(ForeignVariables.Of(present)).FirstOrDefault() is { } other)
                return $"the environment variables {variable} and {other} are the same parameter, which is now called {present}: set one of them.";
            warn($"the environment variable {variable} is now called {Variable(present)}");
            Environment.SetEnvironmentVariable(variable, null);
            Environment.SetEnvironmentVariable(Variable(present), value);
        }

        return null;
    }

    /// <summary>Hands to the engine what a command line and parameter files give under former names.</summary>
    /// <param name="arguments">The command line, as it was typed.</param>
    /// <param name="files">The parameter files, each with its name in messages and its text. The last one counts.</param>
    /// <param name="warn">Gets a warning for each name in a file.</param>
    public void HandOver(IReadOnlyCollection<string> arguments, IEnumerable<(string Name, string Text)> files, Action<string> warn)
    {
        var decided = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (text, _) in TypedArguments.Read(arguments).Parameters) decided.Add(Present(text) ?? Parameters.Normalize(text));
        foreach (var name in _members.Values.Select(Parameters.NameOf).Where(x => ForeignVariables.Of(x).Any())) decided.Add(name);
        foreach (var (text, values) in TypedArguments.Read(arguments).Parameters) HandOver(text, values);
        foreach (var (file, text) in files.Reverse())
        {
            using var document = ParameterJson.Parse(text, out _);
            foreach (var property in document!.RootElement.EnumerateObject())
            {
                var present = Present(property.Name);
                if (present is not null) warn($"{file}: {property.Name} is now called {present}");
                if (decided.Add(present ?? property.Name)) HandOver(property.Name, ParameterJson.Values(property.Value));
            }
        }
    }

    private void HandOver(string former, List<string> values)
    {
        if (!_members.TryGetValue(Parameters.Normalize(former), out var member)) return;
        var value = values.Count > 0 || Parameters.ValueType(member) != typeof(bool)
            ? string.Join(member.GetCustomAttribute<ParameterAttribute>()!.Separator, values)
            : bool.TrueString;
        // Under its very name, which comes before every other spelling: what is typed comes before the environment.
        Environment.SetEnvironmentVariable(Parameters.NameOf(member), value);
    }

    private string? PresentOption(string argument) =>
        argument is ['-', ..] && Present(argument) is { } name ? $"--{BuildParameter.Typed(name)}" : null;

    private string? FormerNameIn(string variable)
    {
        var plain = ForeignVariables.Plain(variable);
        if (plain.StartsWith("NUKE", StringComparison.OrdinalIgnoreCase) && _members.ContainsKey(plain[4..])) return plain[4..];
        // As it was declared, for its spelling counts.
        var former = _members.Keys.FirstOrDefault(x => x.Equals(plain, StringComparison.OrdinalIgnoreCase));
        return former is not null && !ForeignVariables.IsForeign(variable, former, _members[former]) ? former : null;
    }

    // With the prefix each parameter counts, in this spelling, too.
    internal static string Variable(string name) => $"NUKE_{Words().Replace(name, "$1_$2").ToUpperInvariant()}";

    [GeneratedRegex("([a-z0-9])([A-Z])")]
    private static partial Regex Words();
}
