namespace Nuke.Common.Execution;

/// <summary>Called when the targets are known.</summary>
public interface IOnBuildCreated : IBuildExtension
{
    /// <summary>Called when the targets are known.</summary>
    void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets);
}
