using Nuke.Common.Utilities;

namespace Nuke.Common.Execution;

/// <summary>Puts the targets that were asked for, and all they bring with them, in order.</summary>
internal static class ExecutionPlanner
{
    public static IReadOnlyCollection<ExecutableTarget> GetPlan(IReadOnlyCollection<ExecutableTarget> all, IReadOnlyCollection<string> invokedNames)
    {
        var invoked = invokedNames is null ? all.Where(x => x.IsDefault).ToList() : invokedNames.Select(x => Find(x, all)).ToList();
        invoked.ForEach(x => x.Invoked = true);

        var wanted = Closure(invoked);
        var plan = Order(all).Where(wanted.Contains).ToList();
        plan.ForEach(x => x.Status = ExecutionStatus.Scheduled);
        return plan;
    }

    /// <summary>Finds a target by its name, in any casing, with or without dashes in it.</summary>
    public static ExecutableTarget Find(string name, IReadOnlyCollection<ExecutableTarget> all)
    {
        var plain = name.Replace("-", "", StringComparison.Ordinal);
        var target = all.FirstOrDefault(x => x.Name.EqualsOrdinalIgnoreCase(plain));
        if (target is not null)
            return target;

        var names = all.Select(x => x.Name).Order(StringComparer.OrdinalIgnoreCase).ToList();
        var closest = names.ClosestTo(name);
        var question = closest is null ? "" : $"Did you mean '{closest}'? ";
        var available = string.Concat(names.Select(x => $"{Environment.NewLine}  - {x}"));
        Assert.Fail($"Target with name '{name}' does not exist. {question}Available targets are:{available}");
        return null;
    }

    private static HashSet<ExecutableTarget> Closure(IEnumerable<ExecutableTarget> targets)
    {
        var closure = new HashSet<ExecutableTarget>();
        var open = new Stack<ExecutableTarget>(targets);
        while (open.TryPop(out var target))
        {
            if (!closure.Add(target))
                continue;
            target.ExecutionDependencies.Concat(target.Triggers).ToList().ForEach(open.Push);
        }

        return closure;
    }

    /// <summary>From the last to the first: of the targets nothing is waiting for, the one declared first goes last.</summary>
    private static List<ExecutableTarget> Order(IEnumerable<ExecutableTarget> all)
    {
        var remaining = all.ToList();
        var dependencies = remaining.ToDictionary(x => x, x => x.AllDependencies);
        var waiting = remaining.ToDictionary(x => x, _ => 0);
        foreach (var dependency in dependencies.Values.SelectMany(x => x))
            waiting[dependency]++;

        var ordered = new List<ExecutableTarget>(remaining.Count);
        while (remaining.Count > 0)
        {
            var last = remaining.Find(x => waiting[x] == 0) ?? throw new InvalidOperationException(DescribeCycle(remaining, dependencies));
            remaining.Remove(last);
            ordered.Add(last);
            foreach (var dependency in dependencies[last])
                waiting[dependency]--;
        }

        ordered.Reverse();
        return ordered;
    }

    private static string DescribeCycle(
        List<ExecutableTarget> remaining,
        Dictionary<ExecutableTarget, IReadOnlyCollection<ExecutableTarget>> dependencies)
    {
        // Something waits for each of the remaining ones: going backwards from any of them must lead around.
        var path = new List<ExecutableTarget>();
        for (var at = remaining[0]; ; at = remaining.First(x => dependencies[x].Contains(at)))
        {
            var seen = path.IndexOf(at);
            path.Add(at);
            if (seen >= 0)
                return $"Circular dependencies between targets: {string.Join(" -> ", path.Skip(seen).Reverse().Select(x => x.Name))}";
        }
    }
}
