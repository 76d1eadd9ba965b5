using Xunit.Sdk;
using Xunit.v3;

namespace Acci.Testing;

/// <summary>Starts some collections first: those that take longest, so that no long one runs alone at the end. The rest keeps its order.</summary>
/// <param name="longest">Parts of their names, in the order of their start. The name of a collection is the one given to it, or holds the full name of its only class.</param>
public abstract class CollectionOrder(params string[] longest) : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName))];

    private int Rank(string collection)
    {
        var rank = Array.FindIndex(longest, name => collection.Contains(name, StringComparison.Ordinal));
        return rank < 0 ? longest.Length : rank;
    }
}
