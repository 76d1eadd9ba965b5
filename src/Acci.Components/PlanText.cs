using System.Globalization;
using System.Text;
using Nuke.Common.Execution;

namespace Acci.Components;

/// <summary>The execution plan as text: the targets in order, and why each of them is in it.</summary>
internal static class PlanText
{
    /// <summary>The text.</summary>
    public static string Of(IReadOnlyCollection<ExecutableTarget> plan)
    {
        var width = plan.Select(x => x.Name.Length).DefaultIfEmpty().Max();
        var text = new StringBuilder("Execution plan:\n\n");
        foreach (var target in plan) text.Append(CultureInfo.InvariantCulture, $"  {target.Name.PadRight(width)}   {Reason(target, plan)}\n");
        return text.Append('\n').ToString();
    }

    private static string Reason(ExecutableTarget target, IReadOnlyCollection<ExecutableTarget> plan)
    {
        var dependents = plan.Where(x => x.ExecutionDependencies.Contains(target)).Select(x => x.Name).ToArray();
        var triggers = plan.Where(x => x.Triggers.Contains(target)).Select(x => x.Name).ToArray();
        List<string> reasons = [];
        // NUKE does not say so of default targets; whatever nothing else asks for was invoked.
        if (target.Invoked || dependents.Length + triggers.Length == 0) reasons.Add(target.IsDefault ? "invoked (default)" : "invoked");
        if (dependents.Length > 0) reasons.Add($"dependency of {string.Join(", ", dependents)}");
        if (triggers.Length > 0) reasons.Add($"triggered by {string.Join(", ", triggers)}");
        return string.Join("; ", reasons);
    }
}
