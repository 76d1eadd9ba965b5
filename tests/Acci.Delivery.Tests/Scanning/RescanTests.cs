using Acci.Delivery.Images;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.Registries;
using static Acci.Delivery.Tests.Scanning.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>Published images, in a real registry.</summary>
public sealed class RescanTests(RegistryServer server) : ScanningFixture, IClassFixture<RegistryServer>
{
    [Fact]
    public async Task A_published_reference_is_scanned_platform_by_platform_by_digest()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "LOW")]);
        var image = await PublishAsync();

        await Delivery(trivy, image.WithTag("v1").ToString()).ScanAsync();

        Assert.Equal(2, trivy.Scans.Count);
        Assert.All(trivy.Scans, call => Assert.Matches($"--image-src remote {image.Repository}@sha256:[0-9a-f]{{64}}$", call));
        var folder = Path.Combine(Root, "artifacts", "scan", image.Path);
        Assert.Equal(["linux-amd64.json", "linux-amd64.sarif", "linux-ppc64le.json", "linux-ppc64le.sarif", "scan.json"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
        Assert.Contains($"trivy/{image.Path}/linux-amd64/", await File.ReadAllTextAsync(Path.Combine(folder, "linux-amd64.sarif"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_critical_finding_in_a_published_image_is_an_error_too()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        var image = await PublishAsync();

        Assert.Contains("CVE-1", (await Assert.ThrowsAsync<DeliveryException>(Delivery(trivy, image.WithTag("v1").ToString()).ScanAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_that_is_not_there_is_told() =>
        Assert.Contains("v2", (await Assert.ThrowsAnyAsync<DeliveryException>(Delivery(new TrivyStandIn(Path.Combine(Root, "bin")), (await PublishAsync()).WithTag("v2").ToString()).ScanAsync)).Message, StringComparison.Ordinal);

    private async Task<ImageReference> PublishAsync()
    {
        var layout = await LayoutBuilder.WriteSmallAsync(Path.Combine(Root, "layout"));
        using var registry = server.Connect();
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        await registry.PutTagAsync(repository, "v1", layout.Root.Digest, Cancellation);
        return repository;
    }

    private ImageDelivery Delivery(TrivyStandIn trivy, params string[] images) => new(new DeliveryContext(
        new DeliveryOptions
        {
            Root = Root,
            Artifacts = Path.Combine(Root, "artifacts"),
            CacheDirectory = new CacheDirectory(Path.Combine(Root, "cache")),
            Registry = "127.0.0.1:9/other",
            Images = [],
            Scan = new ScanOptions { Program = trivy.Program, Images = images },
        },
        Cancellation)) { Variables = new Dictionary<string, string>() };
}
