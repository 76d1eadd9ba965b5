using System.Reflection;
using Acci.Delivery.Processes;
using Acci.Generation.RunConfigurations;

namespace Acci.Components;

/// <summary>
/// Environment variables that NUKE would take for parameters though nobody meant them: it reads <c>HOST</c>, <c>PLAN</c>, <c>CACHE</c> or <c>VEX</c> in
/// any spelling. They are hidden from the engine; programs that the build starts get them.
/// </summary>
internal static class ForeignVariables
{
    private const string Prefix = "NUKE";

    /// <summary>This process's variables.</summary>
    public static IReadOnlyDictionary<string, string> Current() => ProcessEnvironment.Read().Variables;

    /// <summary>Hides them, and parameters without a value, which a workflow sets where it has none: each engine would make something else of them.</summary>
    /// <param name="parameters">The build's parameters, by name.</param>
    /// <param name="former">Their former names.</param>
    /// <param name="note">Gets a note for each that somebody may have meant: it counts only where it is typed.</param>
    public static void Hide(IReadOnlyDictionary<string, MemberInfo?> parameters, FormerNames former, Action<string> note)
    {
        foreach (var variable in Current().Where(x => x.Value.Length > 0).Select(x => x.Key).Order(StringComparer.Ordinal))
        {
            var name = former.Present(Plain(variable)) ?? Plain(variable);
            if (parameters.GetValueOrDefault(name) is not { } member || !member.IsDefined(typeof(TypedOnlyAttribute))) continue;
            var shown = Parameters.NameOf(member);
            note($"the environment variable {variable} is not read: type --{BuildParameter.Typed(shown)}, or set {FormerNames.Variable(shown)}");
        }

        foreach (var (variable, value) in Current().Where(x => IsForeign(x.Key, parameters) || (x.Value.Length == 0 && IsParameter(x.Key, parameters))))
        {
            CommandRunner.Hidden[variable] = value;
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    /// <summary>The value of a parameter of the engine, which has the prefix in whatever spelling; null when it has none.</summary>
    /// <param name="variables">The variables.</param>
    /// <param name="name">The parameter.</param>
    public static string? OfEngine(IReadOnlyDictionary<string, string> variables, string name) =>
        variables.FirstOrDefault(x => x.Value.Length > 0 && Same(Plain(x.Key), Prefix + name)).Value;

    /// <summary>
    /// Whether a variable's name is a parameter's by accident. The engine's own parameters, and those that override a protection, count only as <c>NUKE_…</c>; those
    /// of these components also under their very name, and in any spelling when it is of several words (<c>REGISTRY_USER</c>).
    /// </summary>
    public static bool IsForeign(string variable, IReadOnlyDictionary<string, MemberInfo?> parameters) =>
        parameters.TryGetValue(Plain(variable), out var member)
            ? member is null || IsForeign(variable, Parameters.NameOf(member), member)
            : Parameters.BetweenPrograms.Any(x => Same(Plain(variable), Prefix + x));

    /// <summary>As the other one, of a variable that is one parameter's in some spelling.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="name">The parameter's name, the present one or a former one.</param>
    /// <param name="member">The parameter.</param>
    public static bool IsForeign(string variable, string name, MemberInfo member)
    {
        if (Parameters.IsEngines(member) || member.IsDefined(typeof(TypedOnlyAttribute))) return true;
        var isOurs = member.DeclaringType?.Assembly == typeof(ForeignVariables).Assembly;
        return isOurs && !variable.Contains('_', StringComparison.Ordinal) && variable != name;
    }

    /// <summary>This process's variables that are a parameter, in whatever spelling, and have a value.</summary>
    /// <param name="name">The parameter.</param>
    public static IEnumerable<string> Of(string name) => Current()
        .Where(x => x.Value.Length > 0 && Plain(x.Key) is var plain && (Same(plain, name) || Same(plain, Prefix + name)))
        .Select(x => x.Key);

    /// <summary>A variable's name as both engines compare it: its letters and digits.</summary>
    public static string Plain(string variable) => new([.. variable.Where(char.IsLetterOrDigit)]);

    /// <summary>The names of parameters that a variable can be: its own, and the one behind the prefix.</summary>
    public static IEnumerable<string> NamesOf(string variable) =>
        Plain(variable) is var plain && plain.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? [plain, plain[Prefix.Length..]] : [plain];

    private static bool IsParameter(string variable, IReadOnlyDictionary<string, MemberInfo?> parameters) => NamesOf(variable).Any(parameters.ContainsKey);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
