using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>Keeps the build's targets, and describes those of NUKE's own components, which have no description.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class DescribeTargetsAttribute : BuildExtensionAttributeBase, IOnBuildCreated
{
    /// <summary>Before anything reads a description, and right after the engine has opened the log.</summary>
    public override float Priority { get; set; } = 1000;

    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets)
    {
        BuildLog.Opened();
        foreach (var target in executableTargets.Where(x => string.IsNullOrEmpty(x.Description)))
            target.Description = ForeignDescriptions.OfTarget(target.Name);
        ExecutableTargets.Keep(Build, executableTargets);
    }
}
