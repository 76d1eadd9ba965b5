using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Two images of one commit, which should have the same platforms.</summary>
public sealed class EarlierBuildTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageReference _repository = ImageReference.Parse($"{server.Domain}/earlier-{Guid.NewGuid():n}/app");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("v0.25.1", "v0.26.0", "linux/amd64: it was built with BuildKit v0.25.1, and this one with BuildKit v0.26.0")]
    [InlineData(null, "v0.26.0", "it was built with a BuildKit that is not recorded, and this one with BuildKit v0.26.0")]
    [InlineData("v0.26.0", "v0.26.0", "both were built with BuildKit v0.26.0, so a base image or something that the build fetches is another")]
    public async Task What_may_have_made_the_difference_is_named(string? then, string now, string reason)
    {
        var before = await PushAsync("before", "one", then);
        var difference = await FindAsync(before, await PushAsync("now", "one", now));

        Assert.StartsWith($"the same commit was published before as {before.Digest}, with other digests for ", difference, StringComparison.Ordinal);
        Assert.EndsWith(reason, difference, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_commit_the_same_platforms_and_an_image_that_is_gone_are_no_difference()
    {
        var now = await PushAsync("now", "one", "v0.26.0");

        Assert.Null(await FindAsync(await PushAsync("before", "another", "v0.25.1"), now));
        Assert.Null(await FindAsync(await PushAsync("before", null, "v0.25.1"), await PushAsync("now", null, "v0.26.0")));
        // Attestations make another index of the same platforms, and so does another version that builds the same.
        Assert.Null(await FindAsync(await PushAsync("now", "one", "v0.25.1"), now));
        Assert.Null(await FindAsync(now, now));
        // The branch was published before the commit got its tag: the labels differ.
        Assert.Null(await FindAsync(await PushAsync("before", "one", "v0.26.0", "1.0.1-alpha.0.1"), await PushAsync("now", "one", "v0.26.0", "1.0.1")));
        Assert.NotNull(await FindAsync(await PushAsync("before", "one", "v0.26.0", "1.0.1"), await PushAsync("now", "one", "v0.26.0", "1.0.1")));
        using var registry = server.Connect();
        Assert.Null(await EarlierBuild.FindDifferenceAsync(registry, _repository.WithDigest(Digest.Of([7])), now, Cancellation));
    }

    [Fact]
    public async Task An_earlier_image_with_a_platform_twice_is_compared_too()
    {
        const string annotations = "\"annotations\":{\"org.opencontainers.image.revision\":\"one\"}";
        var now = await PushAsync("now", "one", "v0.26.0");
        var image = PlatformImage.Of((await PushAsync("before", "one", "v0.25.1")).Manifests)[0].Manifest;
        var entry = $$$"""{"mediaType":"{{{image.MediaType}}}","digest":"{{{image.Digest}}}","size":{{{image.Size}}},"platform":{"os":"linux","architecture":"amd64"}}""";
        var index = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.ImageIndex}}",{{annotations}},"manifests":[{{entry}},{{entry}}]}""";
        var twice = Manifest.Parse(Encoding.UTF8.GetBytes(index), MediaTypes.ImageIndex, "test");
        using var registry = server.Connect();
        await registry.PutManifestAsync(_repository, twice, Cancellation);

        Assert.Contains("linux/amd64", await FindAsync(twice, now), StringComparison.Ordinal);
    }

    private async Task<string?> FindAsync(Manifest before, Manifest now)
    {
        using var registry = server.Connect();
        return await EarlierBuild.FindDifferenceAsync(registry, _repository.WithDigest(before.Digest), now, Cancellation);
    }

    private async Task<Manifest> PushAsync(string content, string? revision, string? buildKit, string? version = null)
    {
        var annotations = new JsonObject();
        if (revision is not null) annotations["org.opencontainers.image.revision"] = revision;
        if (version is not null) annotations["org.opencontainers.image.version"] = version;
        if (buildKit is not null) annotations["org.acci.buildkit"] = buildKit;
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine($"{Guid.NewGuid():n}"), content, annotations);
        using var registry = server.Connect();
        await registry.PushAsync(layout, _repository, cancellationToken: Cancellation);
        return await layout.ReadManifestAsync(layout.Root, Cancellation);
    }
}
