using Acci.Oci;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Pruning;

/// <summary>Which versions of a package go, and in what order. Made from what is known alone: planning asks and changes nothing.</summary>
public sealed class PrunePlan
{
    private readonly PackageGraph _graph;

    private PrunePlan(PackageGraph graph, IReadOnlyList<PruneDecision> decisions)
    {
        (_graph, Decisions) = (graph, decisions);
        var byDigest = decisions.Where(x => x.Goes).ToDictionary(x => x.Node.Digest);
        Deletions = [.. graph.ParentsFirst(byDigest.Values.Select(x => x.Node)).Select(x => byDigest[x.Digest])];
    }

    /// <summary>What becomes of each version.</summary>
    public IReadOnlyList<PruneDecision> Decisions { get; }

    /// <summary>The versions that go, each before what belongs to it.</summary>
    public IReadOnlyList<PruneDecision> Deletions { get; }

    /// <summary>The versions that cannot be read, whatever else keeps them.</summary>
    public IReadOnlyList<PruneDecision> Unreadable =>
        [.. Decisions.Where(x => x.Node.Unreadable is not null).Select(x => x with { Reason = $"cannot be read: {x.Node.Unreadable}" })];

    /// <summary>The bytes that no version takes any more afterwards.</summary>
    public long FreedBytes
    {
        get
        {
            var kept = Decisions.Where(x => !x.Goes).SelectMany(Blobs).Select(x => x.Digest).ToHashSet();
            return Decisions.Where(x => x.Goes).SelectMany(Blobs).Where(x => !kept.Contains(x.Digest)).DistinctBy(x => x.Digest).Sum(x => x.Size);
        }
    }

    /// <summary>Decides.</summary>
    /// <param name="graph">Every version of the package, with what each manifest names.</param>
    /// <param name="rules">What stays.</param>
    /// <param name="now">The time the ages are counted back from.</param>
    public static PrunePlan Make(PackageGraph graph, KeepRules rules, DateTimeOffset now)
    {
        var newest = graph.Nodes.Where(x => x.Names.Any()).OrderByDescending(x => x.Version.LastUse).ThenByDescending(x => x.Version.Id).Take(rules.Newest).ToHashSet();
        var roots = graph.Nodes.Select(x => KeptByRule(x, rules, newest, now)).OfType<PruneDecision>().ToDictionary(x => x.Node.Digest);
        foreach (var further in Previous(graph, roots).Concat(MayBelongToUnreadable(graph))) roots.TryAdd(further.Node.Digest, further);
        var reached = graph.Reach(roots.Values.OrderBy(x => x.Verdict).Select(x => x.Node));
        return new PrunePlan(graph,
        [
            .. graph.Nodes.Select(node => roots.GetValueOrDefault(node.Digest)
                ?? (reached.TryGetValue(node.Digest, out var root)
                    ? new PruneDecision(node, Verdict.Part, $"belongs to {root.Version.Name}")
                    : new PruneDecision(node, Verdict.Goes, WhyItGoes(node, rules)))),
        ]);
    }

    /// <summary>The versions that must not go because this one turned out to stay.</summary>
    public IReadOnlySet<Digest> HeldBy(PackageNode node) => _graph.Reach([node]).Keys.ToHashSet();

    private static PruneDecision? KeptByRule(PackageNode node, KeepRules rules, HashSet<PackageNode> newest, DateTimeOffset now)
    {
        if (rules.Digests.Contains(node.Digest)) return new PruneDecision(node, Verdict.Named, "is named by its digest");
        foreach (var pattern in rules.Tags)
        {
            if (node.Names.FirstOrDefault(pattern.Matches) is { } tag) return new PruneDecision(node, Verdict.Named, $"its tag {tag} matches '{pattern}'");
        }

        if (newest.Contains(node)) return new PruneDecision(node, Verdict.Newest, $"is one of the {rules.Newest} newest with a tag");
        var age = now - node.Version.LastUse;
        return age < TimeSpan.FromDays(rules.Days) ? new PruneDecision(node, Verdict.Young, $"is younger than {rules.Days} days")
            : node.Unreadable is { } reason ? new PruneDecision(node, Verdict.Unreadable, $"cannot be read: {reason}")
            : null;
    }

    // An index, or a note of what a tag pointed at before, may name any of them. An index that has a tag stands for itself.
    private static IEnumerable<PruneDecision> MayBelongToUnreadable(PackageGraph graph)
    {
        if (graph.Nodes.FirstOrDefault(x => x.Unreadable is not null) is not { } unreadable) return [];
        var reason = $"may belong to {unreadable.Version.Name}, which cannot be read";
        return graph.Nodes.Where(x => x.MayBelongToAny).Select(x => new PruneDecision(x, Verdict.Part, reason));
    }

    // One step back from where a tag is now; all the steps there ever were would keep everything.
    private static List<PruneDecision> Previous(PackageGraph graph, Dictionary<Digest, PruneDecision> roots)
    {
        var nodes = graph.Nodes.ToDictionary(x => x.Digest);
        return
        [
            .. from note in graph.Nodes
               where note.Subject is { } subject && roots.ContainsKey(subject)
               from before in note.TagsBefore
               where nodes.GetValueOrDefault(note.Subject!.Value)?.Version.Tags.Contains(before.Key) == true && nodes.ContainsKey(before.Value)
               select new PruneDecision(nodes[before.Value], Verdict.Previous, $"is what a rollback of {before.Key} leads back to"),
        ];
    }

    private static string WhyItGoes(PackageNode node, KeepRules rules) =>
        node.Names.Any() ? $"older than {rules.Days} days, and no rule keeps its tags"
        : node.AttachedTo.Any() || node.Subject is not null ? "what it is about does not stay"
        : $"older than {rules.Days} days, and nothing that stays needs it";

    private static IEnumerable<Descriptor> Blobs(PruneDecision decision) => decision.Node.Blobs;
}
