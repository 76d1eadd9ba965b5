namespace Nuke.Common.Execution;

/// <summary>Answers <c>--help</c>.</summary>
internal sealed class HandleHelpRequestsAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (!Build.Help)
            return;
        BuildManager.IsAnswered = true;
        HelpText.Write((NukeBuild)Build, executableTargets);
    }
}
