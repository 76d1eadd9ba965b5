using Nuke.Common.Execution;
using Nuke.Components;

namespace Acci.Components;

/// <summary>Targets of NUKE's own components, such as <c>Compile</c> and <c>Test</c>.</summary>
internal static class NukeTargets
{
    /// <summary>Whether a target does what NUKE's component says, and nothing else.</summary>
    public static bool Contains(ExecutableTarget target) =>
        target.Actions.Count > 0 && target.Actions.All(IsOfNuke);

    /// <summary>Whether a target does what NUKE's component says, and perhaps more: a build may extend it.</summary>
    public static bool HasPartOf(ExecutableTarget target) => target.Actions.Any(IsOfNuke);

    private static bool IsOfNuke(Action action) => action.Method.DeclaringType?.Namespace == typeof(ICompile).Namespace;
}
