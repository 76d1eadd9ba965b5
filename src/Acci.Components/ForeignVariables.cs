using System.Reflection;
using Acci.Delivery.Processes;

namespace Acci.Components;

/// <summary>
/// Environment variables that NUKE would take for parameters though nobody meant them: it reads <c>HOST</c>, <c>PLAN</c>, <c>FORCE</c> or <c>IMAGE</c> in any spelling.
/// They are hidden from the engine; programs that the build starts get them.
/// </summary>
internal static class ForeignVariables
{
    /// <summary>This process's variables.</summary>
    public static IReadOnlyDictionary<string, string> Current() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(x => (string)x.Key, x => (string?)x.Value ?? "");

    /// <summary>Hides them.</summary>
    /// <param name="parameters">The build's parameters, by name.</param>
    public static void Hide(IReadOnlyDictionary<string, MemberInfo?> parameters)
    {
        foreach (var (variable, value) in Current().Where(x => IsForeign(x.Key, parameters)))
        {
            CommandRunner.Hidden[variable] = value;
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    /// <summary>
    /// Whether a variable's name is a parameter's by accident. The engine's own parameters, and switches that override a protection, count only as <c>NUKE_…</c>; those
    /// of these components also under their very name, and in any spelling when it is of several words (<c>REGISTRY_USER</c>).
    /// </summary>
    public static bool IsForeign(string variable, IReadOnlyDictionary<string, MemberInfo?> parameters)
    {
        var plain = new string([.. variable.Where(char.IsLetterOrDigit)]);
        if (!parameters.TryGetValue(plain, out var member)) return false;
        if (member is null || Parameters.IsEngines(member) || member.IsDefined(typeof(TypedOnlyAttribute))) return true;
        var isOurs = member.DeclaringType?.Assembly == typeof(ForeignVariables).Assembly;
        return isOurs && !variable.Contains('_', StringComparison.Ordinal) && variable != Parameters.NameOf(member);
    }
}
