using Acci.Delivery;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;

namespace Acci.EndToEnd.Tests;

[Collection(nameof(Publishing))]
public sealed class ManyImagesTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Root => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_second_image_takes_a_few_lines()
    {
        published.NeedsEngine();
        Directory.CreateSymbolicLink(Path.Combine(Root, "deploy"), Path.Combine(published.Checkout.Folder, "deploy"));
        foreach (var name in (string[])["first", "second"])
        {
            Directory.CreateDirectory(Path.Combine(Root, name));
            await File.WriteAllTextAsync(Path.Combine(Root, name, "Dockerfile"), "FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n", TestContext.Current.CancellationToken);
        }

        await DeliveryOf(
            Root,
            new("first") { Dockerfile = "first/Dockerfile", Context = "first", Platforms = [Platform.LinuxAmd64, Platform.LinuxPpc64le] },
            new("second") { Dockerfile = "second/Dockerfile", Context = "second", Platforms = [Platform.LinuxArm64] }).BuildAsync();

        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], Record("first").Platforms.Select(x => x.Platform));
        Assert.Equal([Platform.LinuxArm64], Record("second").Platforms.Select(x => x.Platform));
    }

    [Fact]
    public async Task Arm64_is_compiled_natively_without_an_arm64_machine()
    {
        published.NeedsEngine();
        await DeliveryOf(
            published.Checkout.Folder,
            new ImageDefinition("acci")
            {
                Dockerfile = "deploy/images/acci/Dockerfile",
                Platforms = [Platform.LinuxArm64],
                BaseImages = [new(ImageReference.Parse("mcr.microsoft.com/dotnet/sdk:10.0-noble-aot")), new(ImageReference.Parse("gcr.io/distroless/cc-debian13:nonroot")) { Platforms = [Platform.LinuxArm64] }],
            }).BuildAsync();

        var layout = await OciLayout.OpenAsync(Path.Combine(Root, "artifacts", "images", "acci"), TestContext.Current.CancellationToken);
        var files = await ElfFiles.OfAsync(layout, Assert.Single(await layout.ReadPlatformsAsync(TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken);
        Assert.Contains(files, file => file.Name.EndsWith("app/acci", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(ElfFiles.MachineOf(Platform.LinuxArm64), file.Machine));
    }

    private ImageDelivery DeliveryOf(string root, params ImageDefinition[] images) =>
        new(new DeliveryContext(new DeliveryOptions { Root = root, Artifacts = Path.Combine(Root, "artifacts"), Images = images }, TestContext.Current.CancellationToken));

    private PublishRecord Record(string image) => PublishRecord.Read(Path.Combine(Root, "artifacts", "publish", $"{image}.json"))!;
}
