using Acci.Delivery.Publishing;

namespace Acci.EndToEnd.Tests;

/// <summary>The same commit, built again without any cache, in a copy: beside the tests that use the published checkout.</summary>
public sealed class ReproducibilityTests(PublishedImage published)
{
    [Fact]
    public async Task Building_anew_at_the_same_commit_gives_the_same_platforms()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(TestContext.Current.CancellationToken);

        (await checkout.BuildAsync("BuildImages --no-cache", TestContext.Current.CancellationToken)).AssertSucceeded();

        Assert.Equal(published.First.Platforms, PublishRecord.Read(Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!.Platforms);
    }
}
