using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.EndToEnd.Tests;

/// <summary>Publishes that run at the same time.</summary>
public sealed class RaceTests(PublishedImage published)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_checkouts_that_publish_to_one_repository_at_once_both_end_well_and_every_tag_is_verified()
    {
        published.NeedsEngine();
        using var one = await published.Pristine.CopyAsync(Cancellation);
        using var other = await published.Pristine.CopyAsync(Cancellation);
        var destination = NewDestination();

        var runs = await Task.WhenAll(one.BuildAsync($"Publish --registry {destination}", Cancellation), other.BuildAsync($"Publish --registry {destination}", Cancellation));

        Assert.All(runs, run => run.AssertSucceeded());
        var records = new[] { RecordOf(one), RecordOf(other) };
        Assert.Equal(records[0].Platforms, records[1].Platforms);
        var repository = ImageReference.Parse(records[0].Repository);
        using var registry = OciRegistry.Of(repository);
        foreach (var tag in records[0].Tags.Union(records[1].Tags)) Assert.Contains((await registry.ResolveAsync(repository.WithTag(tag), Cancellation)).Digest, records.Select(x => x.Digest));
        Assert.All(records, record => Assert.Contains(PublishStep.Verify, record.Steps.Keys));
        // What a consumer does with what is there now.
        (await one.BuildAsync($"VerifyImages --registry {destination}", Cancellation)).AssertSucceeded();
    }

    [Fact]
    public async Task Two_builds_of_one_checkout_wait_for_each_other()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        var publish = $"Publish --registry {NewDestination()}";

        var runs = await Task.WhenAll(checkout.BuildAsync(publish, Cancellation), checkout.BuildAsync(publish, Cancellation));

        Assert.All(runs, run => run.AssertSucceeded());
        Assert.Contains(runs, run => run.Output.Contains("Another build of this checkout is at work", StringComparison.Ordinal));
    }

    private string NewDestination() => $"{ImageReference.Parse(published.First.Repository).Domain}/race-{Guid.NewGuid():n}";

    private static PublishRecord RecordOf(Checkout checkout) => PublishRecord.Read(Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!;
}
