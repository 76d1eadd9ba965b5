using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>
/// An older build publishes, and another one has put the branch's tag on a newer image meanwhile. Whether that is signed decides whose the tag is; what cosign cannot find
/// out decides nothing.
/// </summary>
public sealed class UnknownSignatureTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", true, true)]
    [InlineData("", false, false)]
    [InlineData("no matching attestations: invalid signature", true, false)]
    [InlineData("no matching attestations: Get \\\"https://registry/v2/\\\": 503 Service Unavailable", true, false)]
    [InlineData("setting trusted material: error getting tuf client: Get \\\"https://tuf-repo-cdn.sigstore.dev/1.root.json\\\": dial tcp: i/o timeout", true, null)]
    [InlineData("GET https://registry/token: 503 Service Unavailable", true, null)]
    public async Task A_tag_is_taken_from_a_newer_image_only_where_it_is_known_not_to_be_signed(string failure, bool isSigned, bool? answer)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await LayoutBuilder.WriteAttestedAsync(world.Layout, "mine", new JsonObject { ["org.opencontainers.image.created"] = "2026-01-01T00:00:00Z" });
        await world.RecordBuildAsync();
        await world.RunUntilAsync("TagImages");
        using var folder = new TemporaryFolder();
        var newer = await LayoutBuilder.WriteAttestedAsync(folder.Combine("newer"), "newer", new JsonObject { ["org.opencontainers.image.created"] = "2026-02-01T00:00:00Z" });
        using var context = world.Context();
        var registry = await context.RegistryAsync();
        await registry.PushAsync(newer, world.Repository, null, Cancellation);
        await registry.PutTagAsync(world.Repository, "main", newer.Root.Digest, Cancellation);
        var platforms = (await newer.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest);
        if (isSigned) world.Cosign.Sign([newer.Root.Digest, .. platforms]);
        if (failure.Length > 0) world.Cosign.Fail(newer.Root.Digest, failure);

        var error = await Record.ExceptionAsync(() => world.RunAsync("TagImages"));

        var at = (await registry.ResolveAsync(world.Repository.WithTag("main"), Cancellation)).Digest;
        Assert.Equal(answer is false ? world.Record.Digest : newer.Root.Digest, at);
        if (answer is null) Assert.Contains("is not known", Assert.IsType<DeliveryException>(error).Message, StringComparison.Ordinal);
        else Assert.Null(error);
    }
}
