using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What a stranger puts beside a genuine image neither hides its signatures nor decides anything about them. With the real cosign.</summary>
public sealed class StrangersBundleTests(RegistryServer server, SigstoreFixture sigstore) : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>
{
    private const string Bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("blob gone")]
    [InlineData("blob shorter")]
    [InlineData("blob longer")]
    [InlineData("manifest gone")]
    [InlineData("no JSON")]
    [InlineData("huge")]
    public async Task A_bundle_that_cannot_be_read_does_not_hide_the_genuine_one(string kind)
    {
        using var world = await SignedAsync(sigstore.Job());
        using var registry = server.Connect();
        await PutAsync(world, kind);
        world.Job = sigstore.Outside();

        await PromoteAsync(world);

        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(world.Repository.WithTag("stable"), Cancellation)).Digest);
    }

    [Fact]
    public async Task An_image_goes_to_another_registry_without_a_bundle_that_cannot_be_read()
    {
        await using var other = new RegistryServer();
        await other.InitializeAsync();
        using var world = await SignedAsync(sigstore.Job());
        foreach (var kind in (string[])["blob gone", "blob shorter", "no JSON"]) await PutAsync(world, kind);
        world.Job = sigstore.Outside();
        using var context = world.Context(x => x with { Registry = $"{other.Domain}/elsewhere" });
        var promotion = new Promotion { From = world.Record.Digest.ToString(), To = ["stable"], FromRegistry = world.Repository.Repository[..^"/app".Length] };

        await new PromoteImages(context, promotion).RunAsync();

        using var registry = other.Connect();
        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(ImageReference.Parse($"{other.Domain}/elsewhere/app:stable"), Cancellation)).Digest);
    }

    [Theory]
    [InlineData("blob gone")]
    [InlineData("blob shorter")]
    public async Task What_is_missing_is_signed_again_beside_a_bundle_that_cannot_be_read(string kind)
    {
        var layout = await LayoutBuilder.WriteAttestedAsync(Directory.CreateTempSubdirectory("layout-").FullName, $"{Guid.NewGuid()}");
        using var registry = server.Connect();
        var image = server.NewRepository().WithDigest(layout.Root.Digest);
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        await DamagedReferrer.PutAsync(registry, image, kind, Bundle, Annotations(PredicateType.Signature), Cancellation);
        var cosign = await sigstore.CosignAsync(sigstore.Job());

        var made = await new ImageSigner(cosign, layout, registry, image).SignMissingAsync(Cancellation);
        Assert.Equal((2, 2), made);
        Assert.Equal((0, 0), await new ImageSigner(cosign, layout, registry, image).SignMissingAsync(Cancellation));
    }

    [Fact]
    public async Task A_bundle_that_nobody_trusts_does_not_decide_how_the_signer_is_spelled()
    {
        await using var elsewhere = new SigstoreFixture();
        await elsewhere.InitializeAsync();
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        using var registry = server.Connect();
        var layout = await OciLayout.OpenAsync(world.Layout, Cancellation);
        await registry.PushAsync(layout, world.Repository, cancellationToken: Cancellation);
        var image = world.Repository.WithDigest(layout.Root.Digest);
        foreach (var repository in (string[])["OCTO/APP", "octo/app"])
            await (await elsewhere.CosignAsync(elsewhere.Job(("repository", repository)))).SignAsync(image, Cancellation);
        world.Job = sigstore.Job(("repository", "Octo/App"));
        await world.RunAsync("SignImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();

        await PromoteAsync(world);

        Assert.Equal(world.Record.Digest, (await registry.ResolveAsync(world.Repository.WithTag("stable"), Cancellation)).Digest);
    }

    private static JsonObject Annotations(PredicateType type) => new() { ["dev.sigstore.bundle.content"] = "dsse-envelope", ["dev.sigstore.bundle.predicateType"] = type.Uri };

    private async Task PutAsync(PublishWorld world, string kind)
    {
        using var registry = server.Connect();
        var image = world.Repository.WithDigest(world.Record.Digest);
        await DamagedReferrer.PutAsync(registry, image, kind, Bundle, Annotations(PredicateType.Signature), Cancellation);
    }

    private static async Task PromoteAsync(PublishWorld world)
    {
        using var context = world.Context();
        await new PromoteImages(context, new Promotion { From = world.Record.Digest.ToString(), To = ["stable"] }).RunAsync();
    }

    private async Task<PublishWorld> SignedAsync(Acci.Delivery.Processes.ProcessEnvironment job)
    {
        var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = job;
        await world.RunAsync("SignImages");
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        return world;
    }
}
