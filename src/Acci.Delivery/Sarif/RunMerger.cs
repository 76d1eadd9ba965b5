using System.Globalization;
using Microsoft.CodeAnalysis.Sarif;
using Newtonsoft.Json.Linq;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Makes one run of several of the same tool and category. What results point at by index (rules, notifications, artifacts, extensions, logical and thread-flow locations,
/// invocations) is listed once, and their indexes follow. What two runs say differently of the same thing is an error, never the first one's word.
/// Source: SARIF 2.1.0, 3.14 "run object".
/// </summary>
internal sealed class RunMerger : RuleReferenceVisitor
{
    private const string SecuritySeverity = "security-severity";

    private readonly Run _merged;
    private readonly Dictionary<string, int> _ruleIndexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _notificationIndexes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string? Base, string Uri), int> _artifactIndexes = [];
    private Run _current;
    private int[] _rules = [];
    private int[] _notifications = [];
    private int[] _artifacts = [];
    private Dictionary<string, string> _bases = [];
    private int _extensions;
    private int _logicalLocations;
    private int _threadFlowLocations;
    private int _invocations;

    private RunMerger(Run merged) => (_merged, _current) = (merged, merged);

    /// <summary>One run of all; of the tool's own facts (version, identifier) the first one's stay.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="warn">Is told of properties that differ.</param>
    /// <exception cref="DeliveryException">They hold what cannot be told apart once they are one; the message names file and place.</exception>
    public static Run Merge(IReadOnlyList<Run> runs, Action<string> warn)
    {
        if (runs is [var only]) return only;
        foreach (var run in runs.Skip(1)) EnsureMergeable(run, runs[0]);
        var first = runs[0];
        // What the first one lists is added like the others', to lists that are empty.
        var content = new Run
        {
            Tool = new Tool { Driver = new ToolComponent { Rules = first.Tool.Driver.Rules, Notifications = first.Tool.Driver.Notifications }, Extensions = first.Tool.Extensions },
            Artifacts = first.Artifacts,
            LogicalLocations = first.LogicalLocations,
            ThreadFlowLocations = first.ThreadFlowLocations,
            Invocations = first.Invocations,
            Results = first.Results,
            OriginalUriBaseIds = first.OriginalUriBaseIds,
        };
        (first.Tool.Driver.Rules, first.Tool.Driver.Notifications, first.Tool.Extensions, first.OriginalUriBaseIds) = ([], [], [], null);
        (first.Artifacts, first.LogicalLocations, first.ThreadFlowLocations, first.Invocations, first.Results) = ([], [], [], [], []);
        var merger = new RunMerger(first);
        merger.Add(content);
        foreach (var run in runs.Skip(1))
        {
            merger._current = run;
            merger.Add(run);
            merger.AddFacts(run, warn);
        }

        return merger.WithoutEmptyLists();
    }

    /// <inheritdoc/>
    public override ArtifactLocation VisitArtifactLocation(ArtifactLocation node)
    {
        node.Index = Mapped(_artifacts, node.Index);
        node.UriBaseId = BaseOf(node.UriBaseId);
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

    /// <inheritdoc/>
    protected override void Rule(ReportingDescriptorReference reference)
    {
        if (reference.ToolComponent is null) reference.Index = Mapped(_rules, reference.Index);
    }

    /// <inheritdoc/>
    protected override void Notification(ReportingDescriptorReference reference)
    {
        if (reference.ToolComponent is null) reference.Index = Mapped(_notifications, reference.Index);
    }

    private static void EnsureMergeable(Run run, Run first)
    {
        var others = new (string Name, int Count)[]
        {
            ("graphs", run.Graphs?.Count ?? 0), ("taxonomies", run.Taxonomies?.Count ?? 0), ("translations", run.Translations?.Count ?? 0), ("policies", run.Policies?.Count ?? 0),
            ("webRequests", run.WebRequests?.Count ?? 0), ("webResponses", run.WebResponses?.Count ?? 0), ("addresses", run.Addresses?.Count ?? 0), ("tool.driver.taxa", run.Tool.Driver.Taxa?.Count ?? 0),
        };
        if (others.FirstOrDefault(x => x.Count > 0).Name is { } name) throw Refusal(run, first, $"one with '{name}' cannot be merged with another");
        if (run.ColumnKind != first.ColumnKind && run.ColumnKind != ColumnKind.None && first.ColumnKind != ColumnKind.None) throw Refusal(run, first, "they count columns differently ('columnKind')");
    }

    private static DeliveryException Refusal(Run run, Run first, string why) => new(
        $"{SarifReader.PlaceOf(run)}: it is of {run.Tool.Driver.Name} in the category '{Analysis.CategoryOf(run)}', as {SarifReader.PlaceOf(first)} is, and {why}. "
        + "Code scanning takes one run for a tool and category: give each its own automationDetails.id.");

    private void Add(Run run)
    {
        (_extensions, _logicalLocations, _threadFlowLocations, _invocations) =
            (_merged.Tool.Extensions.Count, _merged.LogicalLocations.Count, _merged.ThreadFlowLocations.Count, _merged.Invocations.Count);
        var driver = _merged.Tool.Driver;
        var (artifacts, rules, notifications) = (_merged.Artifacts.Count, driver.Rules.Count, driver.Notifications.Count);
        _bases = BasesOf(run);
        _rules = [.. (run.Tool.Driver.Rules ?? []).Select(x => AddDescriptor(driver.Rules, _ruleIndexes, x))];
        _notifications = [.. (run.Tool.Driver.Notifications ?? []).Select(x => AddDescriptor(driver.Notifications, _notificationIndexes, x))];
        _artifacts = [.. (run.Artifacts ?? []).Select(AddArtifact)];
        foreach (var artifact in _merged.Artifacts.Skip(artifacts))
        {
            artifact.ParentIndex = Mapped(_artifacts, artifact.ParentIndex);
            VisitArtifact(artifact);
        }

        AddBases(run);
        foreach (var descriptor in driver.Rules.Skip(rules).Concat(driver.Notifications.Skip(notifications))) VisitReportingDescriptor(descriptor);
        Append(_merged.Tool.Extensions, run.Tool.Extensions, VisitToolComponent);
        Append(_merged.LogicalLocations, run.LogicalLocations, VisitLogicalLocation);
        Append(_merged.ThreadFlowLocations, run.ThreadFlowLocations, VisitThreadFlowLocation);
        Append(_merged.Invocations, run.Invocations, VisitInvocation);
        Append(_merged.Results, run.Results, VisitResult);
    }

    // What no index leads to.
    private void AddFacts(Run run, Action<string> warn)
    {
        if (_merged.ColumnKind == ColumnKind.None) _merged.ColumnKind = run.ColumnKind;
        _merged.Tool.Driver.GlobalMessageStrings = Joined(_merged.Tool.Driver.GlobalMessageStrings, run.Tool.Driver.GlobalMessageStrings, "the message");
        if (run.RedactionTokens is { } tokens) _merged.RedactionTokens = [.. (_merged.RedactionTokens ?? []).Union(tokens)];
        foreach (var version in run.VersionControlProvenance ?? [])
        {
            if ((_merged.VersionControlProvenance ??= []).All(x => !x.ValueEquals(version))) _merged.VersionControlProvenance.Add(VisitVersionControlDetails(version));
        }

        foreach (var name in run.PropertyNames)
        {
            if (!_merged.PropertyNames.Contains(name)) _merged.SetProperty(name, run.GetProperty<JToken>(name));
            else if (run.GetSerializedPropertyValue(name) != _merged.GetSerializedPropertyValue(name))
                warn($"{SarifReader.PlaceOf(run)}: its property '{name}' was left out, because {SarifReader.PlaceOf(_merged)} has another value");
        }
    }

    private int AddDescriptor(IList<ReportingDescriptor> all, Dictionary<string, int> indexes, ReportingDescriptor descriptor)
    {
        if (!indexes.TryGetValue(descriptor.Id, out var index))
        {
            all.Add(descriptor);
            return indexes[descriptor.Id] = all.Count - 1;
        }

        var known = all[index];
        known.MessageStrings = Joined(known.MessageStrings, descriptor.MessageStrings, $"the message of '{descriptor.Id}'");
        // Two versions of a rule: an alert must not look more harmless for having been reported twice.
        if (ResultSeverity.ScoreOf(descriptor) is { } score && !(ResultSeverity.ScoreOf(known) >= score)) known.SetProperty(SecuritySeverity, score.ToString(CultureInfo.InvariantCulture));
        return index;
    }

    private int AddArtifact(Artifact artifact)
    {
        var key = artifact.Location?.Uri is { } uri ? (BaseOf(artifact.Location.UriBaseId), uri.OriginalString) : ((string?, string)?)null;
        if (key is not null && _artifactIndexes.TryGetValue(key.Value, out var known)) return known;
        _merged.Artifacts.Add(artifact);
        if (key is not null) _artifactIndexes[key.Value] = _merged.Artifacts.Count - 1;
        return _merged.Artifacts.Count - 1;
    }

    /// <summary>The bases of this run that another run has under the same name and elsewhere, each with a name of its own.</summary>
    private Dictionary<string, string> BasesOf(Run run)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, location) in run.OriginalUriBaseIds ?? new Dictionary<string, ArtifactLocation>())
        {
            var free = name;
            for (var number = 2; _merged.OriginalUriBaseIds?.TryGetValue(free, out var known) is true && !IsSame(known, location); number++) free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
            if (free != name) renamed[name] = free;
        }

        return renamed;

        static bool IsSame(ArtifactLocation? one, ArtifactLocation? other) => one?.Uri?.OriginalString == other?.Uri?.OriginalString && one?.UriBaseId == other?.UriBaseId;
    }

    private void AddBases(Run run)
    {
        foreach (var (name, location) in run.OriginalUriBaseIds ?? new Dictionary<string, ArtifactLocation>())
            (_merged.OriginalUriBaseIds ??= new Dictionary<string, ArtifactLocation>()).TryAdd(BaseOf(name)!, location is null ? location : VisitArtifactLocation(location));
    }

    private string? BaseOf(string? name) => name is not null && _bases.TryGetValue(name, out var own) ? own : name;

    private IDictionary<string, MultiformatMessageString>? Joined(IDictionary<string, MultiformatMessageString>? known, IDictionary<string, MultiformatMessageString>? more, string what)
    {
        foreach (var (key, message) in more ?? new Dictionary<string, MultiformatMessageString>())
        {
            if (!(known ??= new Dictionary<string, MultiformatMessageString>()).TryGetValue(key, out var own)) known[key] = message;
            else if (!own.ValueEquals(message)) throw Refusal(_current, _merged, $"{what} called '{key}' is another one there");
        }

        return known;
    }

    private static void Append<T>(IList<T> all, IList<T>? more, Func<T, T> visit)
    {
        foreach (var item in more ?? []) all.Add(item is null ? item : visit(item));
    }

    // An index that points nowhere would point somewhere else after the merge.
    private static int Mapped(int[] indexes, int index) => index >= 0 && index < indexes.Length ? indexes[index] : -1;

    private Run WithoutEmptyLists()
    {
        if (_merged.Tool.Driver.Notifications.Count == 0) _merged.Tool.Driver.Notifications = null;
        if (_merged.Artifacts.Count == 0) _merged.Artifacts = null;
        if (_merged.Tool.Extensions.Count == 0) _merged.Tool.Extensions = null;
        if (_merged.LogicalLocations.Count == 0) _merged.LogicalLocations = null;
        if (_merged.ThreadFlowLocations.Count == 0) _merged.ThreadFlowLocations = null;
        if (_merged.Invocations.Count == 0) _merged.Invocations = null;
        return _merged;
    }
}
