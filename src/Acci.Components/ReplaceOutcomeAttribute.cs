using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// Leaves NUKE's last line to <see cref="ReportOutcomeAttribute"/>. After Ctrl-C it also leaves out the summary that NUKE prints at once, while the target is still
/// running: NUKE prints it again at the end. NUKE makes this attribute anew whenever it is about to print.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ReplaceOutcomeAttribute() : DisableDefaultOutputAttribute(
    Interruption.IsSignalThread ? [DefaultOutput.ErrorsAndWarnings, DefaultOutput.TargetOutcome, DefaultOutput.BuildOutcome] : [DefaultOutput.BuildOutcome]);
