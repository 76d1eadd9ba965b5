using Acci.Oci;

namespace Acci.Delivery.Pruning;

/// <summary>
/// All versions of a package and how they belong together. What stays holds what belongs to it: an index its platforms and attestations, a manifest its referrers
/// and what is attached to it by a tag.
/// </summary>
public sealed class PackageGraph
{
    private readonly Dictionary<Digest, PackageNode> _nodes;
    private readonly ILookup<Digest, Digest> _holds;

    /// <summary>The graph of these versions.</summary>
    public PackageGraph(IReadOnlyList<PackageNode> nodes)
    {
        Nodes = nodes;
        _nodes = nodes.ToDictionary(x => x.Digest);
        _holds = nodes
            .SelectMany(EdgesOf)
            .Where(edge => _nodes.ContainsKey(edge.From) && _nodes.ContainsKey(edge.To) && edge.From != edge.To)
            .Distinct()
            .ToLookup(edge => edge.From, edge => edge.To);
    }

    /// <summary>The versions.</summary>
    public IReadOnlyList<PackageNode> Nodes { get; }

    /// <summary>These versions and everything that belongs to them, each with the one of these that it was reached from first.</summary>
    public IReadOnlyDictionary<Digest, PackageNode> Reach(IEnumerable<PackageNode> roots)
    {
        var reached = new Dictionary<Digest, PackageNode>();
        var queue = new Queue<Digest>();
        foreach (var root in roots)
        {
            if (reached.TryAdd(root.Digest, root)) queue.Enqueue(root.Digest);
        }

        while (queue.TryDequeue(out var digest))
        {
            foreach (var held in _holds[digest])
            {
                if (reached.TryAdd(held, reached[digest])) queue.Enqueue(held);
            }
        }

        return reached;
    }

    /// <summary>
    /// Orders versions so that each comes before what belongs to it: whoever stops in between leaves nothing behind that looks whole and is not.
    /// </summary>
    public IReadOnlyList<PackageNode> ParentsFirst(IEnumerable<PackageNode> nodes)
    {
        var left = nodes.ToDictionary(x => x.Digest);
        var holders = left.Keys.ToDictionary(x => x, _ => 0);
        foreach (var held in left.Keys.SelectMany(x => _holds[x]).Where(left.ContainsKey)) holders[held]++;
        var free = new Queue<PackageNode>(left.Values.Where(x => holders[x.Digest] == 0));
        var ordered = new List<PackageNode>(left.Count);
        while (left.Count > 0)
        {
            var next = free.TryDequeue(out var node) ? node : Unheld(left);
            if (!left.Remove(next.Digest)) continue;
            ordered.Add(next);
            foreach (var held in _holds[next.Digest].Where(left.ContainsKey))
            {
                if (--holders[held] == 0) free.Enqueue(left[held]);
            }
        }

        return ordered;
    }

    private static IEnumerable<(Digest From, Digest To)> EdgesOf(PackageNode node)
    {
        foreach (var child in node.Children) yield return (node.Digest, child);
        foreach (var parent in node.AttachedTo) yield return (parent, node.Digest);
        if (node.Subject is { } subject) yield return (subject, node.Digest);
    }

    // Tags can be put so that versions hold each other in a circle; indexes cannot, their digests forbid it.
    private static PackageNode Unheld(Dictionary<Digest, PackageNode> left)
    {
        var children = left.Values.SelectMany(x => x.Children).ToHashSet();
        return left.Values.First(x => !children.Contains(x.Digest));
    }
}
