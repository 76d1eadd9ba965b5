namespace Nuke.Common.Execution;

/// <summary>Called when everything is done.</summary>
public interface IOnBuildFinished : IBuildExtension
{
    /// <summary>Called when everything is done.</summary>
    void OnBuildFinished();
}
