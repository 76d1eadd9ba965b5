using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.EndToEnd.Tests;

/// <summary>Published images get other tags, and their tags back.</summary>
[Collection(nameof(Publishing))]
public sealed class PromoteTests(PublishedImage published)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ImageReference Home => ImageReference.Parse(published.Record.Repository);

    [Fact]
    public async Task A_promotion_moves_tags_by_digest_across_registries_never_back_and_can_be_taken_back()
    {
        published.NeedsEngine();
        var target = $"{Home.Domain}/promoted-{Guid.NewGuid():n}";
        var repository = ImageReference.Parse($"{target}/{Home.Path}");
        using var registry = OciRegistry.Of(repository);
        // Two images that are signed: the index, and one of its platforms.
        var (first, second) = (published.Record.Platforms[0].Digest, published.Record.Digest);

        var origin = Home.Domain!;
        await PromoteAsync($"--registry {target} --promote-from-registry {origin} --promote-from {first} --promote-to 1.2.3,1.2,1,latest");
        Assert.Equal([first, first], [await AtAsync("1.2.3"), await AtAsync("latest")]);

        await PromoteAsync($"--registry {target} --promote-from-registry {origin} --promote-from {second} --promote-to 2.0.0,2,latest");
        Assert.Equal([first, second], [await AtAsync("1"), await AtAsync("latest")]);

        (await published.Checkout.BuildAsync($"PromoteImages --registry {target} --promote-from 1.2.3 --promote-to 1.2.9,1,latest", Cancellation)).AssertFailed("is the image of one platform", "digest");
        var backport = await PromoteAsync($"--registry {target} --promote-from {first} --promote-to 1.2.9,1,latest");
        Assert.Contains("does not take latest: 2.0.0 is published and newer than 1.2.9", backport.Output, StringComparison.Ordinal);
        Assert.Equal([first, second], [await AtAsync("1.2.9"), await AtAsync("latest")]);

        await PromoteAsync($"--registry {target} --promote-rollback --promote-to latest");
        Assert.Equal(first, await AtAsync("latest"));
        (await published.Checkout.BuildAsync($"PromoteImages --registry {target} --promote-rollback --promote-to latest", Cancellation)).AssertFailed("Nothing is known", "latest");

        async Task<Digest?> AtAsync(string tag) => (await registry.FindAsync(repository.WithTag(tag), Cancellation))?.Digest;
    }

    [Fact]
    public async Task What_nobody_signed_is_not_promoted()
    {
        published.NeedsEngine();
        var unsigned = (await (await published.LayoutAsync()).ReadPlatformsAsync(Cancellation))[0].Attestations[0].Digest;
        using var registry = OciRegistry.Of(Home);

        (await published.Checkout.BuildAsync($"PromoteImages --promote-from {unsigned} --promote-to unsigned", Cancellation)).AssertFailed("has no valid", "--signed-by");

        Assert.Null(await registry.FindAsync(Home.WithTag("unsigned"), Cancellation));
    }

    [Theory]
    [InlineData("--promote-from nowhere --promote-to 1.0.0", "nowhere does not exist")]
    [InlineData("--promote-from main", "--promote-to")]
    [InlineData("--promote-to 1.0.0", "--promote-from")]
    [InlineData("--promote-from main --promote-to Ä", "Ä")]
    [InlineData("--promote-from 1:2 --promote-to 1.0.0", "--promote-from cannot be '1:2'")]
    public async Task Bad_input_is_one_clear_error(string arguments, string words)
    {
        published.NeedsEngine();

        (await published.Checkout.BuildAsync($"PromoteImages {arguments}", Cancellation)).AssertFailed(words);
    }

    [Fact]
    public async Task A_dry_run_of_a_publish_says_every_step_and_changes_nothing()
    {
        published.NeedsEngine();
        var before = await File.ReadAllTextAsync(published.RecordFile, Cancellation);

        var run = (await published.Checkout.BuildAsync("Publish --dry-run", Cancellation)).AssertSucceeded();

        foreach (var words in (string[])["would build", "docker buildx bake", "would start", "would push by digest", "would verify", "would tag"]) Assert.Contains(words, run.Output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(published.RecordFile, Cancellation));
    }

    private async Task<BuildRun> PromoteAsync(string arguments) => (await published.Checkout.BuildAsync($"PromoteImages {arguments}", Cancellation)).AssertSucceeded();
}
