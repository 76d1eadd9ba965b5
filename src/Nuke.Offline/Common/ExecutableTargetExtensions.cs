using Nuke.Common.Execution;

namespace Nuke.Common;

/// <summary>Targets among those of a build.</summary>
public static class ExecutableTargetExtensions
{
    /// <summary>Whether a target is among them.</summary>
    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Target target) => targets.Any(x => x.Factory.Equals(target));

    /// <summary>Whether a setup is among them.</summary>
    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Setup target) => targets.Any(x => x.Factory.Equals(target));

    /// <summary>Whether a cleanup is among them.</summary>
    public static bool Contains(this IEnumerable<ExecutableTarget> targets, Cleanup target) => targets.Any(x => x.Factory.Equals(target));
}
