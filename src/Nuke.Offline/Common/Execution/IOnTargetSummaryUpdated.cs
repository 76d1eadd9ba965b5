namespace Nuke.Common.Execution;

/// <summary>Called when a target has added facts to the summary.</summary>
public interface IOnTargetSummaryUpdated : IBuildExtension
{
    /// <summary>Called when a target has added facts to the summary.</summary>
    void OnTargetSummaryUpdated(INukeBuild build, ExecutableTarget target);
}
