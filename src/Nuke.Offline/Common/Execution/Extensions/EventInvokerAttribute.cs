namespace Nuke.Common.Execution;

/// <summary>Calls the build's own methods, after all extensions.</summary>
internal sealed class EventInvokerAttribute : BuildExtensionAttributeBase,
    IOnBuildCreated, IOnBuildInitialized, IOnBuildFinished, IOnTargetRunning, IOnTargetSkipped, IOnTargetSucceeded, IOnTargetFailed
{
    private NukeBuild Listener => (NukeBuild)Build;

    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets) => Listener.OnBuildCreated();

    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan) =>
        Listener.OnBuildInitialized();

    public void OnBuildFinished() => Listener.OnBuildFinished();

    public void OnTargetRunning(ExecutableTarget target) => Listener.OnTargetRunning(target.Name);

    public void OnTargetSkipped(ExecutableTarget target) => Listener.OnTargetSkipped(target.Name);

    public void OnTargetSucceeded(ExecutableTarget target) => Listener.OnTargetSucceeded(target.Name);

    public void OnTargetFailed(ExecutableTarget target) => Listener.OnTargetFailed(target.Name);
}
