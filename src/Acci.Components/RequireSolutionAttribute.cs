using Nuke.Common.Execution;
using Nuke.Components;

namespace Acci.Components;

/// <summary>Says that there is no solution where NUKE's own components, which take it for granted, would end with a stack trace. Targets that need none run.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RequireSolutionAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    /// <summary>After the engine has read the solution.</summary>
    public override float Priority { get; set; } = -1000;

    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        var targets = executionPlan.Where(NukeTargets.HasPartOf).ToList();
        if (targets.Count == 0 || Build is not IHazSolution { Solution: null }) return;
        foreach (var target in targets) target.Actions.Insert(0, () => throw new WrongUseException(
            $"{target.Name} needs a solution: name its file in .nuke/parameters.json, as in \"Solution\": \"Name.sln\", or type --solution Name.sln."));
    }
}
