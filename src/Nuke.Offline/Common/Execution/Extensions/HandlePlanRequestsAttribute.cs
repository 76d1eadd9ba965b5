namespace Nuke.Common.Execution;

/// <summary>Answers <c>--plan</c>.</summary>
internal sealed class HandlePlanRequestsAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (!Build.Plan)
            return;
        Assert.Fail("NUKE draws the plan in a browser; Nuke.Offline does not");
    }
}
