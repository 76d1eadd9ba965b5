using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Makes one run of several of the same tool and category. What results point at by index (rules, artifacts, extensions, logical and thread-flow locations,
/// invocations) is listed once, and their indexes follow. Source: SARIF 2.1.0, 3.14 "run object".
/// </summary>
internal sealed class RunMerger : SarifRewritingVisitor
{
    private readonly Run _merged;
    private readonly Dictionary<string, int> _ruleIndexes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string? Base, string Uri), int> _artifactIndexes = [];
    private int[] _rules = [];
    private int[] _artifacts = [];
    private int _extensions;
    private int _logicalLocations;
    private int _threadFlowLocations;
    private int _invocations;

    private RunMerger(Run first) => _merged = first;

    /// <summary>One run of all; the first one's own facts (tool, version, identifier) stay.</summary>
    /// <exception cref="DeliveryException">They hold what cannot be told apart once they are one.</exception>
    public static Run Merge(IReadOnlyList<Run> runs)
    {
        if (runs is [var only]) return only;
        foreach (var run in runs.Skip(1)) EnsureMergeable(run);
        var first = runs[0];
        var (rules, artifacts, extensions, logical, flows, invocations, results) = (
            first.Tool.Driver.Rules, first.Artifacts, first.Tool.Extensions, first.LogicalLocations, first.ThreadFlowLocations, first.Invocations, first.Results);
        (first.Tool.Driver.Rules, first.Artifacts, first.Tool.Extensions, first.LogicalLocations, first.ThreadFlowLocations, first.Invocations, first.Results) = ([], [], [], [], [], [], []);
        var merger = new RunMerger(first);
        merger.Add(rules, artifacts, extensions, logical, flows, invocations, results);
        foreach (var run in runs.Skip(1))
        {
            merger.Add(run.Tool.Driver.Rules, run.Artifacts, run.Tool.Extensions, run.LogicalLocations, run.ThreadFlowLocations, run.Invocations, run.Results);
            foreach (var (name, location) in run.OriginalUriBaseIds ?? new Dictionary<string, ArtifactLocation>())
                (first.OriginalUriBaseIds ??= new Dictionary<string, ArtifactLocation>()).TryAdd(name, location);
        }

        return merger.WithoutEmptyLists();
    }

    /// <inheritdoc/>
    public override ArtifactLocation VisitArtifactLocation(ArtifactLocation node)
    {
        node.Index = Mapped(_artifacts, node.Index);
        return base.VisitArtifactLocation(node);
    }

    /// <inheritdoc/>
    public override LogicalLocation VisitLogicalLocation(LogicalLocation node)
    {
        if (node.Index >= 0) node.Index += _logicalLocations;
        if (node.ParentIndex >= 0) node.ParentIndex += _logicalLocations;
        return base.VisitLogicalLocation(node);
    }

    /// <inheritdoc/>
    public override ThreadFlowLocation VisitThreadFlowLocation(ThreadFlowLocation node)
    {
        if (node.Index >= 0) node.Index += _threadFlowLocations;
        return base.VisitThreadFlowLocation(node);
    }

    /// <inheritdoc/>
    public override ReportingDescriptorReference VisitReportingDescriptorReference(ReportingDescriptorReference node)
    {
        if (node.ToolComponent is null) node.Index = Mapped(_rules, node.Index);
        return base.VisitReportingDescriptorReference(node);
    }

    /// <inheritdoc/>
    public override ToolComponentReference VisitToolComponentReference(ToolComponentReference node)
    {
        if (node.Index >= 0) node.Index += _extensions;
        return base.VisitToolComponentReference(node);
    }

    /// <inheritdoc/>
    public override ResultProvenance VisitResultProvenance(ResultProvenance node)
    {
        if (node.InvocationIndex >= 0) node.InvocationIndex += _invocations;
        return base.VisitResultProvenance(node);
    }

    /// <inheritdoc/>
    public override Result VisitResult(Result node)
    {
        // The index is the extension's own where the rule is one of an extension.
        if (node.Rule?.ToolComponent is null) node.RuleIndex = Mapped(_rules, node.RuleIndex);
        return base.VisitResult(node);
    }

    private static void EnsureMergeable(Run run)
    {
        var others = new (string Name, int Count)[]
        {
            ("graphs", run.Graphs?.Count ?? 0), ("taxonomies", run.Taxonomies?.Count ?? 0), ("translations", run.Translations?.Count ?? 0), ("policies", run.Policies?.Count ?? 0),
            ("webRequests", run.WebRequests?.Count ?? 0), ("webResponses", run.WebResponses?.Count ?? 0), ("addresses", run.Addresses?.Count ?? 0),
        };
        if (others.FirstOrDefault(x => x.Count > 0).Name is { } name)
        {
            throw new DeliveryException(
                $"There are several runs of {run.Tool.Driver.Name} in the category '{Analysis.CategoryOf(run)}', and one with '{name}' cannot be merged with another. "
                + "Code scanning takes one run for a tool and category: give each its own automationDetails.id.");
        }
    }

    private void Add(
        IList<ReportingDescriptor>? rules, IList<Artifact>? artifacts, IList<ToolComponent>? extensions, IList<LogicalLocation>? logical,
        IList<ThreadFlowLocation>? flows, IList<Invocation>? invocations, IList<Result>? results)
    {
        (_extensions, _logicalLocations, _threadFlowLocations, _invocations) =
            (_merged.Tool.Extensions.Count, _merged.LogicalLocations.Count, _merged.ThreadFlowLocations.Count, _merged.Invocations.Count);
        var (before, rulesBefore) = (_merged.Artifacts.Count, _merged.Tool.Driver.Rules.Count);
        _rules = [.. (rules ?? []).Select(AddRule)];
        _artifacts = [.. (artifacts ?? []).Select(AddArtifact)];
        foreach (var artifact in _merged.Artifacts.Skip(before))
        {
            artifact.ParentIndex = Mapped(_artifacts, artifact.ParentIndex);
            VisitArtifact(artifact);
        }

        foreach (var rule in _merged.Tool.Driver.Rules.Skip(rulesBefore)) VisitReportingDescriptor(rule);
        Append(_merged.Tool.Extensions, extensions, VisitToolComponent);
        Append(_merged.LogicalLocations, logical, VisitLogicalLocation);
        Append(_merged.ThreadFlowLocations, flows, VisitThreadFlowLocation);
        Append(_merged.Invocations, invocations, VisitInvocation);
        Append(_merged.Results, results, VisitResult);
    }

    private int AddRule(ReportingDescriptor rule)
    {
        if (_ruleIndexes.TryGetValue(rule.Id, out var known)) return known;
        _merged.Tool.Driver.Rules.Add(rule);
        return _ruleIndexes[rule.Id] = _merged.Tool.Driver.Rules.Count - 1;
    }

    private int AddArtifact(Artifact artifact)
    {
        var key = artifact.Location?.Uri is { } uri ? (artifact.Location.UriBaseId, uri.OriginalString) : ((string?, string)?)null;
        if (key is not null && _artifactIndexes.TryGetValue(key.Value, out var known)) return known;
        _merged.Artifacts.Add(artifact);
        if (key is not null) _artifactIndexes[key.Value] = _merged.Artifacts.Count - 1;
        return _merged.Artifacts.Count - 1;
    }

    private static void Append<T>(IList<T> all, IList<T>? more, Func<T, T> visit)
    {
        foreach (var item in more ?? []) all.Add(item is null ? item : visit(item));
    }

    // An index that points nowhere would point somewhere else after the merge.
    private static int Mapped(int[] indexes, int index) => index >= 0 && index < indexes.Length ? indexes[index] : -1;

    private Run WithoutEmptyLists()
    {
        if (_merged.Artifacts.Count == 0) _merged.Artifacts = null;
        if (_merged.Tool.Extensions.Count == 0) _merged.Tool.Extensions = null;
        if (_merged.LogicalLocations.Count == 0) _merged.LogicalLocations = null;
        if (_merged.ThreadFlowLocations.Count == 0) _merged.ThreadFlowLocations = null;
        if (_merged.Invocations.Count == 0) _merged.Invocations = null;
        return _merged;
    }
}
