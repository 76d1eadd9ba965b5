using System.Runtime.CompilerServices;
using Nuke.Common;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>The targets a build has, with their descriptions, which the engine tells only its extensions.</summary>
internal static class ExecutableTargets
{
    private static readonly ConditionalWeakTable<INukeBuild, IReadOnlyCollection<ExecutableTarget>> Known = [];

    /// <summary>Keeps a build's targets.</summary>
    public static void Keep(INukeBuild build, IReadOnlyCollection<ExecutableTarget> targets) => Known.AddOrUpdate(build, targets);

    /// <summary>The targets that <c>--help</c> lists, by name.</summary>
    /// <exception cref="DeliveryException">The build class lacks the extension.</exception>
    public static IReadOnlyList<ExecutableTarget> Of(INukeBuild build) => Known.TryGetValue(build, out var targets)
        ? [.. targets.Where(x => x.Listed).OrderBy(x => x.Name, StringComparer.Ordinal)]
        : throw new DeliveryException($"The targets of {build.GetType().Name} are not known: derive the class from {nameof(DeliveryBuild)}.");
}
