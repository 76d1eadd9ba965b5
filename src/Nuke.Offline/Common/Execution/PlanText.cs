namespace Nuke.Common.Execution;

/// <summary>The plan, for people: the targets in order, and why each of them is there.</summary>
internal static class PlanText
{
    public static void Write(IReadOnlyCollection<ExecutableTarget> plan)
    {
        ConsoleOutput.WriteLine("Execution plan:", Style.Title);
        ConsoleOutput.WriteRaw(string.Empty);
        var width = plan.Select(x => x.Name.Length).DefaultIfEmpty().Max();
        foreach (var target in plan)
            ConsoleOutput.WriteRaw($"  {target.Name.PadRight(width)}   {Reason(target, plan)}");
        ConsoleOutput.WriteRaw(string.Empty);
    }

    private static string Reason(ExecutableTarget target, IReadOnlyCollection<ExecutableTarget> plan)
    {
        var dependents = plan.Where(x => x.ExecutionDependencies.Contains(target)).Select(x => x.Name).ToList();
        var triggers = plan.Where(x => x.Triggers.Contains(target)).Select(x => x.Name).ToList();
        string[] reasons =
        [
            target is { Invoked: true, IsDefault: true } ? "invoked (default)" : target.Invoked ? "invoked" : null,
            dependents.Count > 0 ? $"dependency of {string.Join(", ", dependents)}" : null,
            triggers.Count > 0 ? $"triggered by {string.Join(", ", triggers)}" : null,
        ];
        return string.Join("; ", reasons.Where(x => x is not null));
    }
}
