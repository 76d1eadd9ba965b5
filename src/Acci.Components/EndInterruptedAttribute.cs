using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>Ends an interrupted build: the running target is aborted, not failed, and no other one begins.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EndInterruptedAttribute : BuildExtensionAttributeBase, IOnTargetRunning, IOnTargetSucceeded, IOnTargetFailed
{
    // NUKE's Test goes on with the next project when one has failed, and so when it was interrupted.
    public void OnTargetRunning(ExecutableTarget target) => Interruption.IsNothingToCleanUp = NukeTargets.Contains(target);

    // A target that ends well although it was interrupted would be followed by the next one.
    public void OnTargetSucceeded(ExecutableTarget target) => Interruption.Token.ThrowIfCancellationRequested();

    public void OnTargetFailed(ExecutableTarget target)
    {
        if (!Interruption.IsRequested) return;
        target.Status = ExecutionStatus.Aborted;
        target.SummaryInformation.Clear();
    }
}
