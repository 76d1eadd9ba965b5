using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>Takes rules out of a run, of its driver and of its extensions. Whatever refers to a rule follows it; what refers to one that is gone keeps its identifier.</summary>
internal sealed class RuleCut : RuleReferenceVisitor
{
    private const int Driver = -1;

    private readonly Run _run;
    private readonly Dictionary<(int Component, int Rule), int> _moved = [];
    private readonly Dictionary<int, IList<ReportingDescriptor>> _before;

    private RuleCut(Run run) => (_run, _before) = (run, ComponentsOf(run).ToDictionary(x => x.Index, x => x.Component.Rules));

    /// <summary>How many rules a run has.</summary>
    public static int CountOf(Run run) => ComponentsOf(run).Sum(x => x.Component.Rules.Count);

    /// <summary>Keeps the rules that have results, and as many of the others as there is room for.</summary>
    public static void Apply(Run run, int limit)
    {
        var used = run.Results.Where(x => x is not null).Select(x => RuleOf(run, x)).OfType<(int, int)>().ToHashSet();
        var all = ComponentsOf(run).SelectMany(x => Enumerable.Range(0, x.Component.Rules.Count).Select(rule => (x.Index, rule))).ToList();
        // Every result has at most one rule, and there are fewer results than rules may be.
        var kept = all.Where(x => !used.Contains(x)).Take(Math.Max(0, limit - used.Count)).Concat(used).ToHashSet();
        if (kept.Count == all.Count) return;
        var cut = new RuleCut(run);
        foreach (var (index, component) in ComponentsOf(run).ToList())
        {
            var order = Enumerable.Range(0, component.Rules.Count).Where(rule => kept.Contains((index, rule))).ToList();
            foreach (var (place, rule) in order.Index()) cut._moved[(index, rule)] = place;
            component.Rules = [.. order.Select(rule => component.Rules[rule])];
        }

        cut.VisitRun(run);
    }

    /// <inheritdoc/>
    public override Result VisitResult(Result node)
    {
        if (node.RuleIndex >= 0)
        {
            var place = (ComponentOf(_run, node.Rule), node.RuleIndex);
            node.RuleIndex = _moved.GetValueOrDefault(place, -1);
        }

        // Taxa are of taxonomies, whose indexes are in another list.
        var taxa = node.Taxa;
        node.Taxa = null;
        base.VisitResult(node);
        node.Taxa = taxa;
        return node;
    }

    /// <inheritdoc/>
    protected override void Rule(ReportingDescriptorReference reference)
    {
        if (reference.Index < 0) return;
        var component = ComponentOf(_run, reference);
        // Those of taxonomies and policies stay as they are.
        if (!_before.TryGetValue(component, out var rules) || reference.Index >= rules.Count) return;
        if (reference.Id is null) reference.Id = rules[reference.Index].Id;
        reference.Index = _moved.GetValueOrDefault((component, reference.Index), -1);
    }

    /// <inheritdoc/>
    protected override void Notification(ReportingDescriptorReference reference)
    {
    }

    private static IEnumerable<(int Index, ToolComponent Component)> ComponentsOf(Run run) =>
        (run.Tool.Extensions ?? []).Index().Prepend((Driver, run.Tool.Driver)).Where(x => x.Item2?.Rules is not null);

    private static (int Component, int Rule)? RuleOf(Run run, Result result)
    {
        var component = ComponentOf(run, result.Rule);
        var rules = component == Driver ? run.Tool.Driver.Rules : run.Tool.Extensions?.ElementAtOrDefault(component)?.Rules;
        var index = result.RuleIndex >= 0 ? result.RuleIndex : result.Rule?.Index ?? -1;
        if (index < 0 && (result.RuleId ?? result.Rule?.Id) is { } id) index = rules?.Index().FirstOrDefault(x => x.Item?.Id == id, (-1, null!)).Index ?? -1;
        return index >= 0 && index < rules?.Count ? (component, index) : null;
    }

    // A component is named by index, or else by its identifier or name; one that is not named is the driver. An index beside another name is that of a taxonomy.
    private static int ComponentOf(Run run, ReportingDescriptorReference? rule)
    {
        const int other = int.MaxValue;
        if (rule?.ToolComponent is not { } named) return Driver;
        var extensions = run.Tool.Extensions ?? [];
        if (named.Index >= 0) return named.Index < extensions.Count && (named.Name is null || extensions[named.Index]?.Name == named.Name) ? named.Index : other;
        if (Is(run.Tool.Driver)) return Driver;
        return extensions.Index().FirstOrDefault(x => x.Item is not null && Is(x.Item), (other, null!)).Index;

        bool Is(ToolComponent component) => named.Guid is not null ? component.Guid == named.Guid : component.Name == named.Name;
    }
}
