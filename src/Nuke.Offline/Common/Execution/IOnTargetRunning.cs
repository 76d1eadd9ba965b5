namespace Nuke.Common.Execution;

/// <summary>Called before a target runs.</summary>
public interface IOnTargetRunning : IBuildExtension
{
    /// <summary>Called before a target runs.</summary>
    void OnTargetRunning(ExecutableTarget target);
}
