namespace Acci.Architecture.Tests;

/// <summary>Between projects, and between the folders of one, arrows point down only.</summary>
public class ArrowTests
{
    public static TheoryData<string> Libraries => Product.Libraries;

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_library_uses_those_below_it_alone(string library)
    {
        using var module = Product.Read(library);

        Assert.Empty(module.AssemblyReferences.Select(x => x.Name).Where(x => x.StartsWith("Acci", StringComparison.OrdinalIgnoreCase)).Except(Product.Arrows[library]));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_project_names_those_below_it_alone(string library)
    {
        var named = Product.Project(library).Descendants("ProjectReference").Select(x => Path.GetFileNameWithoutExtension(x.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.Empty(named.Except(["Nuke.Offline"]).Except(Product.Arrows[library]));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Only_the_components_know_NUKE(string library)
    {
        using var module = Product.Read(library);

        Assert.Equal(library == "Acci.Components", module.AssemblyReferences.Any(x => x.Name.StartsWith("Nuke.", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_two_folders_of_a_library_use_each_other()
    {
        var arrows = Product.Arrows.Keys.SelectMany(library =>
        {
            using var module = Product.Read(library);
            return ArrowsInCycles([.. References.Between(module).Distinct()]).Select(x => $"{library}: {x.From} -> {x.To}").ToArray();
        });

        Assert.Empty(arrows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_cycle_is_found_over_several_folders_and_what_only_leads_to_it_is_not()
    {
        Assert.Equal([("a", "b"), ("b", "c"), ("c", "a")], ArrowsInCycles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")]));
    }

    // An arrow is part of a cycle where its end leads back to its start.
    private static IEnumerable<(string From, string To)> ArrowsInCycles(IReadOnlyList<(string From, string To)> arrows)
    {
        var next = arrows.ToLookup(x => x.From, x => x.To);
        return arrows.Where(arrow => Reachable(arrow.To).Contains(arrow.From));

        HashSet<string> Reachable(string start)
        {
            var seen = new HashSet<string> { start };
            var open = new Queue<string>(seen);
            while (open.TryDequeue(out var folder))
            {
                foreach (var other in next[folder].Where(seen.Add)) open.Enqueue(other);
            }

            return seen;
        }
    }
}
