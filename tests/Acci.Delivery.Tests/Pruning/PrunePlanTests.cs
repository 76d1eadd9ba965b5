using Acci.Delivery.GitHub;
using Acci.Delivery.Pruning;
using Acci.Oci;
using CsCheck;

namespace Acci.Delivery.Tests.Pruning;

/// <summary>What goes and what stays, over graphs made up here; the rules are told again in a simple way, and the two have to agree.</summary>
public sealed class PrunePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeepRules Rules = new() { Newest = 1, Days = 30 };

    private static readonly Gen<(IReadOnlyList<PackageNode> Nodes, KeepRules Rules)> Worlds =
        from count in Gen.Int[1, 14]
        from children in Gen.Int[0, count * 3].Array[0, 3].Array[count]
        from subjects in Gen.Int[0, count * 3].Array[count]
        from tags in Gen.OneOf("", "", "latest", "1.2.3", "pr-1", "sha-1234567", "@", "@.sig", "@.att").Array[0, 2].Array[count]
        from targets in Gen.Int[0, count].Array[count]
        from ages in Gen.Int[0, 100].Array[count]
        from newest in Gen.Int[1, 3]
        from days in Gen.Int[1, 60]
        from named in Gen.Int[0, count * 4]
        from before in Gen.Int[0, count * 2].Array[count]
        select (
            (IReadOnlyList<PackageNode>)[.. Enumerable.Range(0, count).Select(i => new PackageNode(Version(
                i, ages[i], tags[i].Where(x => x.Length > 0).Select(x => x.Replace("@", $"sha256-{Digest(targets[i]).Hex}", StringComparison.Ordinal)).Distinct()))
            {
                // An index knows its children's digests, so it cannot be among what they name.
                Children = [.. children[i].Where(x => x > i && x < count).Distinct().Select(Digest)],
                Subject = subjects[i] < count && subjects[i] != i ? Digest(subjects[i]) : null,
                TagsBefore = before[i] < count ? new Dictionary<string, Digest> { ["latest"] = Digest(before[i]) } : [],
            })],
            new KeepRules { Newest = newest, Days = days, Digests = named < count ? new HashSet<Digest> { Digest(named) } : [] });

    [Fact]
    public void Nothing_that_a_kept_version_needs_goes_and_everything_else_does() => Worlds.Sample(world =>
    {
        var (nodes, rules) = world;
        var live = Live(nodes, rules);

        var plan = PrunePlan.Make(new PackageGraph(nodes), rules, Now);

        Assert.Equal(nodes.Select(x => x.Digest).Except(live).Order(ByHex), plan.Deletions.Select(x => x.Node.Digest).Order(ByHex));
        Assert.Equal(nodes, plan.Decisions.Select(x => x.Node));
    });

    // Of versions that cannot be read the plan knows nothing but their names; what they really hold, any versions without a tag and any platform's image,
    // must stay all the same.
    [Fact]
    public void Nothing_that_a_version_may_need_that_cannot_be_read_goes_and_everything_else_does() =>
        Gen.Select(Worlds, Gen.Int[0, 2].Array[14]).Where(x => x.Item1.Nodes.Index().Any(node => x.Item2[node.Index] == 0)).Sample((world, hidden) =>
        {
            var parts = world.Nodes.Where(x => x.Version.Tags.Count == 0 || (x.Children.Count == 0 && x.Subject is null && !x.AttachedTo.Any()))
                .Select(x => x.Digest).ToHashSet();
            bool IsHidden(PackageNode node) => hidden[(int)node.Version.Id] == 0;
            var real = world.Nodes.Select(x => !IsHidden(x) ? x : x with
            {
                Children = [.. x.Children.Where(parts.Contains)],
                TagsBefore = x.TagsBefore.Where(before => parts.Contains(before.Value)).ToDictionary(),
            }).ToList();
            var seen = real.Select(x => !IsHidden(x) ? x : new PackageNode(x.Version) { Unreadable = "it is lost" }).ToList();

            var plan = PrunePlan.Make(new PackageGraph(seen), world.Rules, Now);

            var gone = plan.Deletions.Select(x => x.Node.Digest).ToHashSet();
            var kept = seen.Where(x => x.Unreadable is not null || parts.Contains(x.Digest)).Select(x => x.Digest);
            Assert.Equal(seen.Select(x => x.Digest).Except(Closure(seen, Live(seen, world.Rules).Concat(kept))).Order(ByHex), gone.Order(ByHex));
            Assert.DoesNotContain(Live(real, world.Rules), x => gone.Contains(x) && real.Any(node => node.Digest == x));
            Assert.DoesNotContain(Closure(real, real.Where(IsHidden).Select(x => x.Digest)), gone.Contains);
            Assert.Equal(seen.Count(x => x.Unreadable is not null), plan.Unreadable.Count);
        });

    [Fact]
    public void Wherever_a_deletion_stops_no_index_is_left_without_one_of_its_manifests() => Worlds.Sample(world =>
    {
        var plan = PrunePlan.Make(new PackageGraph(world.Nodes), world.Rules, Now);

        var gone = new HashSet<Digest>();
        foreach (var deletion in plan.Deletions)
        {
            gone.Add(deletion.Node.Digest);
            Assert.DoesNotContain(world.Nodes, node => !gone.Contains(node.Digest) && node.Children.Any(gone.Contains));
        }
    });

    [Fact]
    public void Signatures_go_after_what_they_sign() => Worlds.Where(x => !x.Nodes.Any(node => node.AttachedTo.Any())).Sample(world =>
    {
        // Subjects alone, where they form no circle with indexes.
        var nodes = world.Nodes.Select((node, i) => node.Subject is { } subject && Index(subject) > i ? node with { Subject = null } : node)
            .Select(node => node.Subject is null ? node : node with { Children = [] }).ToList();

        var order = PrunePlan.Make(new PackageGraph(nodes), world.Rules, Now).Deletions.Select(x => x.Node).ToList();

        Assert.All(order.Index(), x => Assert.DoesNotContain(order.Skip(x.Index), later => later.Digest == x.Item.Subject));
    });

    [Fact]
    public void What_GitHub_does_not_let_go_holds_everything_that_belongs_to_it() => Worlds.Sample(world =>
    {
        var plan = PrunePlan.Make(new PackageGraph(world.Nodes), world.Rules, Now);

        foreach (var deletion in plan.Deletions) Assert.Equal(Closure(world.Nodes, [deletion.Node.Digest]), plan.HeldBy(deletion.Node));
    });

    [Fact]
    public void An_old_image_goes_with_its_platforms_attestations_and_signatures_and_a_shared_platform_stays()
    {
        PackageNode[] nodes =
        [
            Node(0, age: 1, tags: ["2.0.0", "latest"], children: [2, 3]),
            Node(1, age: 90, tags: ["pr-7"], children: [3, 4]),
            Node(2, age: 1),
            Node(3, age: 90),
            Node(4, age: 90),
            Node(5, age: 90, tags: [$"sha256-{Digest(1).Hex}.sig"]),
            Node(6, age: 90, tags: [$"sha256-{Digest(3).Hex}"], children: [7]),
            Node(7, age: 90) with { Subject = Digest(3) },
            Node(8, age: 90) with { Subject = Digest(4) },
        ];

        var plan = PrunePlan.Make(new PackageGraph(nodes), Rules, Now);

        Assert.Equal([1, 4, 5, 8], plan.Deletions.Select(x => Index(x.Node.Digest)).Order());
        Assert.Equal(1, Index(plan.Deletions[0].Node.Digest));
        Assert.Equal(
            [
                "0 Named: its tag latest matches 'latest'",
                "1 Goes: older than 30 days, and no rule keeps its tags",
                "2 Young: is younger than 30 days",
                "3 Part: belongs to 2.0.0",
                "4 Goes: older than 30 days, and nothing that stays needs it",
                "5 Goes: what it is about does not stay",
                "6 Part: belongs to 2.0.0",
                "7 Part: belongs to 2.0.0",
                "8 Goes: what it is about does not stay",
            ],
            plan.Decisions.Select(x => $"{Index(x.Node.Digest)} {x.Verdict}: {x.Reason}"));
    }

    [Fact]
    public void What_a_rollback_leads_back_to_stays_and_what_was_before_that_does_not()
    {
        PackageNode[] nodes =
        [
            Node(0, age: 90, tags: ["latest"]),
            Node(1, age: 90) with { Subject = Digest(0), TagsBefore = new Dictionary<string, Digest> { ["latest"] = Digest(2), ["moved-on"] = Digest(4) } },
            Node(2, age: 90, children: [5]),
            Node(3, age: 90) with { Subject = Digest(2), TagsBefore = new Dictionary<string, Digest> { ["latest"] = Digest(6) } },
            Node(4, age: 90),
            Node(5, age: 90),
            Node(6, age: 90),
        ];

        var plan = PrunePlan.Make(new PackageGraph(nodes), Rules, Now);

        Assert.Equal([4, 6], plan.Deletions.Select(x => Index(x.Node.Digest)).Order());
        Assert.Equal("is what a rollback of latest leads back to", plan.Decisions[2].Reason);
    }

    [Fact]
    public void A_circle_of_tags_is_no_endless_way()
    {
        PackageNode[] nodes =
        [
            Node(0, age: 1, tags: ["latest"]),
            Node(1, age: 90, tags: [$"sha256-{Digest(2).Hex}"]),
            Node(2, age: 90, tags: [$"sha256-{Digest(1).Hex}.sig"]),
            Node(3, age: 90, tags: [$"sha256-{Digest(3).Hex}"]),
        ];

        Assert.Equal([1, 2, 3], PrunePlan.Make(new PackageGraph(nodes), Rules, Now).Deletions.Select(x => Index(x.Node.Digest)).Order());
    }

    private static HashSet<Digest> Live(IReadOnlyList<PackageNode> nodes, KeepRules rules)
    {
        var named = nodes.Where(x => x.Version.Tags.Any(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal))).ToList();
        var roots = nodes.Where(x => rules.Digests.Contains(x.Digest) || x.Version.Tags.Any(tag => tag is "latest" or "1.2.3") || Now - x.Version.CreatedAt < TimeSpan.FromDays(rules.Days))
            .Concat(named.OrderByDescending(x => x.Version.CreatedAt).ThenByDescending(x => x.Version.Id).Take(rules.Newest))
            .ToList();
        var previous = nodes.Where(x => roots.Any(root => root.Digest == x.Subject && root.Version.Tags.Contains("latest"))).SelectMany(x => x.TagsBefore.Values);
        return Closure(nodes, roots.Select(x => x.Digest).Concat(previous));
    }

    // Again and again over all versions, until nothing new is found.
    private static HashSet<Digest> Closure(IReadOnlyList<PackageNode> nodes, IEnumerable<Digest> roots)
    {
        var live = roots.ToHashSet();
        for (var before = -1; before != live.Count;)
        {
            before = live.Count;
            foreach (var node in nodes)
            {
                if (live.Contains(node.Digest)) live.UnionWith(node.Children.Where(x => nodes.Any(y => y.Digest == x)));
                if (node.Subject is { } subject && live.Contains(subject)) live.Add(node.Digest);
                if (node.Version.Tags.Any(tag => live.Any(x => tag.StartsWith($"sha256-{x.Hex}", StringComparison.Ordinal)))) live.Add(node.Digest);
            }
        }

        return live;
    }

    private static PackageNode Node(int index, int age, string[]? tags = null, int[]? children = null) =>
        new(Version(index, age, tags ?? [])) { Children = [.. (children ?? []).Select(Digest)] };

    private static PackageVersion Version(int index, int age, IEnumerable<string> tags) => new(index, Digest(index), [.. tags], Now.AddDays(-age), Now.AddDays(-age));

    private static Digest Digest(int index) => Oci.Digest.Parse($"sha256:{index:x64}");

    private static int Index(Digest digest) => int.Parse(digest.Hex[^8..], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    private static Comparer<Digest> ByHex { get; } = Comparer<Digest>.Create((a, b) => string.CompareOrdinal(a.Hex, b.Hex));
}
