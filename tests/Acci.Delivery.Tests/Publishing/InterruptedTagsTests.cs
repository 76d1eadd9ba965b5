using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Ctrl-C while tags move in two registries that both answer: whatever was written goes back, and what is said of it is so.</summary>
public sealed class InterruptedTagsTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly RegistryServer _second = new();
    private readonly string _team = $"team-{Guid.NewGuid():n}";

    /// <summary>With how many writes sent it comes, whether the last of them is answered then, and whether a tag of each is new.</summary>
    public static TheoryData<int, bool, bool> Moments =>
        new(from write in Enumerable.Range(1, 4) from isAnswered in (bool[])[false, true] from hasNew in (bool[])[false, true]
            select (write, isAnswered, hasNew));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _second.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task Every_tag_of_both_is_where_it_was_or_is_named(int write, bool isAnswered, bool hasNew)
    {
        await using var one = await FaultProxy.StartAsync(server);
        await using var other = await FaultProxy.StartAsync(_second);
        using var first = new OciRegistry(one.Domain);
        using var second = new OciRegistry(other.Domain);
        OciRegistry[] registries = [first, second];
        var (old, image) = (default(Digest), default(Digest));
        foreach (var registry in registries)
        {
            (old, image) = (await PushAsync(registry, "old"), await PushAsync(registry, "new"));
            foreach (var tag in hasNew ? (string[])["edge"] : ["edge", "main"])
                await registry.PutTagAsync(Repository(registry), tag, old, Cancellation);
        }

        var plans = new[] { await PlanAsync(first, image), await PlanAsync(second, image) };
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var (writes, isDue) = (0, false);
        one.Decide = other.Decide = request =>
        {
            // After the answer to a write, each tag is looked at.
            if (isDue) interrupt.Cancel();
            if (request.Method != "PUT" || interrupt.IsCancellationRequested || ++writes != write) return null;
            if (isAnswered) isDue = true;
            else interrupt.Cancel();
            return null;
        };

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new TagTransaction(first) { Others = [second] }.RunAsync(plans, interrupt.Token));

        Assert.Equal(write, writes);
        var moved = new List<ImageReference>();
        foreach (var registry in registries)
        {
            foreach (var (tag, before) in (IEnumerable<(string, Digest?)>)[("edge", old), ("main", hasNew ? null : old)])
            {
                var name = Repository(registry).WithTag(tag);
                if ((await registry.FindAsync(name, Cancellation))?.Digest != before) moved.Add(name);
            }
        }

        Assert.All(moved, x => Assert.Contains(x.ToString(), error.Message, StringComparison.Ordinal));
        Assert.Equal(moved.Count == 0, error.Message.Contains("Every tag is where it was before.", StringComparison.Ordinal));
        // What existed can be put back in any registry.
        Assert.DoesNotContain(moved, x => x.Tag == "edge" || !hasNew);
    }

    private ImageReference Repository(OciRegistry registry) => ImageReference.Parse($"{registry.Domain}/{_team}/app");

    private Task<TagPlan> PlanAsync(OciRegistry registry, Digest image) =>
        TagPlan.DecideAsync(registry, Repository(registry), image, ["edge", "main"], new FloatingTags(), Succession.Unknown, Cancellation);

    private async Task<Digest> PushAsync(OciRegistry registry, string content)
    {
        var layout = await LayoutBuilder.WriteOneAsync(_folder.Combine($"{Guid.NewGuid():n}"), content, null);
        return (await registry.PushAsync(layout, Repository(registry), null, Cancellation)).Digest;
    }
}
