using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>Answers <c>--help</c> and <c>--plan</c> with text.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AnswerHelpAttribute : BuildExtensionAttributeBase, IOnBuildInitialized
{
    /// <summary>Before NUKE, which draws the plan in a browser.</summary>
    public override float Priority { get; set; } = 900;

    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan)
    {
        if (!Build.Help && !Build.Plan) return;
        var text = Build.Help ? HelpText.Of(Build.GetType(), executableTargets, HelpText.ConsoleWidth) : PlanText.Of(executionPlan);
        Console.Write(text);
        Console.Out.Flush();
        Environment.Exit(0);
    }
}
