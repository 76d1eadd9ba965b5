using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

public sealed class StandInTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_made_from_stand_ins_is_refused_by_every_registry_but_the_local_one()
    {
        // What the image says counts, and a record that says otherwise is an error.
        var layout = await LayoutBuilder.WriteAttestedAsync(
            _folder.Combine("images", "app"), annotations: new JsonObject { [DeparturePolicy.StandInAnnotation] = "gcr.io/distroless/cc-debian13:nonroot" });
        var record = new PublishRecord
        {
            Image = "app",
            Digest = layout.Root.Digest,
            Repository = "ghcr.io/owner/app",
            Version = "1.2.3",
            Revision = "",
            Platforms = [.. (await layout.ReadPlatformsAsync(TestContext.Current.CancellationToken)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))],
            StandIns = ["gcr.io/distroless/cc-debian13:nonroot"],
        };
        record.Write(_folder.Combine("publish", "app.json"));
        var verb = new SignImages(new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Registry = "ghcr.io/owner", Images = [new("app") { Dockerfile = "Dockerfile" }] },
            TestContext.Current.CancellationToken));

        var failure = await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync);

        Assert.Contains("gcr.io/distroless/cc-debian13:nonroot", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ghcr.io/owner", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--image-mirror", failure.Message, StringComparison.Ordinal);

        (record with { StandIns = [] }).Write(_folder.Combine("publish", "app.json"));
        Assert.Contains("its stand-ins are ''", (await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync)).Message, StringComparison.Ordinal);
    }
}
