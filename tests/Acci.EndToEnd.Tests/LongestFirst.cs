using Acci.EndToEnd.Tests;
using Acci.EndToEnd.Tests.Faults;
using Acci.EndToEnd.Tests.Workflows;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Acci.EndToEnd.Tests;

/// <summary>Starts the collections that take longest first, so that no long one runs alone at the end. The rest keeps its order.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        nameof(Publishing), nameof(NodesTests), nameof(ReproducibilityTests), nameof(FaultTests), $"{nameof(Workflows)}.{nameof(WorkflowTests)}",
        nameof(SecretTests), nameof(OutageTests), nameof(RaceTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Rank(collection.TestCollectionDisplayName))];

    // The name of a collection is the one given to it, or holds the full name of its only class.
    private static int Rank(string collection)
    {
        var rank = Array.FindIndex(Longest, name => collection.Contains(name, StringComparison.Ordinal));
        return rank < 0 ? Longest.Length : rank;
    }
}
