using Acci.Delivery;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>Makes harmless what stands beside a target in the summary: the message that it failed with may quote a registry or a tool, and no log writes it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class CleanSummaryAttribute : BuildExtensionAttributeBase, IOnTargetSucceeded, IOnTargetFailed
{
    public void OnTargetSucceeded(ExecutableTarget target) => Clean(target);

    public void OnTargetFailed(ExecutableTarget target) => Clean(target);

    private static void Clean(ExecutableTarget target)
    {
        foreach (var (name, text) in target.SummaryInformation.ToArray()) target.SummaryInformation[name] = SafeText.Lines(text).Replace('\n', ' ');
    }
}
