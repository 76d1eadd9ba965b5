using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>With <c>--dry-run</c>, lets only those targets do anything that can say what they would do: NUKE's own components, and a build's own targets, are only named.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SkipUnplannedAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (Build is not IHazDryRun { DryRun: true }) return;
        foreach (var target in executableTargets) VerbTargets.SkipUnlessPlanned(target);
    }
}
