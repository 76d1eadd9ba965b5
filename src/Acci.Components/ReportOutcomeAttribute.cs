using System.Globalization;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>The last line of a build: how it ended, and when.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ReportOutcomeAttribute : BuildExtensionAttributeBase, IOnBuildFinished
{
    private const string Red = "31;1", Green = "32;1", Yellow = "33;1";

    /// <summary>Before what others say at the end.</summary>
    public override float Priority { get; set; } = 1000;

    public void OnBuildFinished()
    {
        if (Interruption.IsSignalThread || Build.ExecutionPlan.Count == 0) return;
        var (outcome, color) = Interruption.IsRequested ? ("was interrupted", Yellow) : Build.IsSucceeding ? ("succeeded", Green) : ("failed", Red);
        var line = string.Create(CultureInfo.InvariantCulture, $"Build {outcome} on {TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:ss}.");
        Console.WriteLine();
        Console.WriteLine(ConsoleColors.AreWanted ? $"\e[{color}m{line}\e[0m" : line);
    }
}
