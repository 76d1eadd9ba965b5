using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// A switch that makes a target destroy something. <c>DELETE=true</c> in somebody's environment is seldom meant for this build, though NUKE reads it:
/// from there it counts only with <c>NUKE_</c> before its name.
/// </summary>
internal static class DestructiveSwitch
{
    /// <summary>Whether the switch, which is on, was meant for this build.</summary>
    public static bool IsMeant(string name) => IsMeant(name, EnvironmentInfo.HasArgument(name), EnvironmentInfo.Variables.Keys);

    /// <summary>The same, for a command line that has it or not, and these environment variables.</summary>
    public static bool IsMeant(string name, bool isTyped, IEnumerable<string> variables)
    {
        var spellings = variables.Select(x => new string([.. x.Where(char.IsLetterOrDigit)])).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return isTyped || spellings.Contains($"NUKE{name}") || !spellings.Contains(name);
    }
}
