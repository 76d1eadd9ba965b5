using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>The local registry as a container. In place of the distribution project's image is one with the same program, as Debian packages it.</summary>
[Collection(nameof(Publishing))]
public sealed class RegistryContainerTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_keeps_its_address_and_what_was_pushed_until_it_is_purged()
    {
        published.NeedsEngine();
        var options = new DeliveryOptions { Root = published.Checkout.Folder, Artifacts = _folder.Path, Images = [] };
        var engine = await new DeliveryContext(options, Cancellation).EngineAsync();
        var container = new RegistryContainer(engine) { Name = $"acci-registry-{Guid.NewGuid():n}" };
        var image = await ImportAsync(engine, container.Name);
        try
        {
            var address = await container.StartAsync(image, Cancellation);
            Assert.StartsWith("127.0.0.1:", address, StringComparison.Ordinal);
            var pushed = await PushAsync(ImageReference.Parse($"{address}/app"));

            Assert.Equal(address, await container.StartAsync(image, Cancellation));
            await CommandRunner.RunAsync(engine.Docker("kill", container.Name), cancellationToken: Cancellation);
            Assert.Equal(address, await container.StartAsync(image, Cancellation));
            Assert.True(await IsThereAsync(pushed), "It was not there after a kill.");

            await container.StopAsync(purge: false, Cancellation);
            Assert.Equal(address, await container.StartAsync(image, Cancellation));
            Assert.True(await IsThereAsync(pushed), "It was not there after a stop.");

            await container.StopAsync(purge: true, Cancellation);
            Assert.False((await CommandRunner.TryRunAsync(engine.Docker("container", "inspect", container.Name), cancellationToken: Cancellation)).Succeeded);
            Assert.False((await CommandRunner.TryRunAsync(engine.Docker("volume", "inspect", container.Name), cancellationToken: Cancellation)).Succeeded);
        }
        finally
        {
            await container.StopAsync(purge: true, CancellationToken.None);
            await CommandRunner.TryRunAsync(engine.Docker("image", "rm", "--force", image.ToString()), cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_an_error_that_says_what_to_do()
    {
        published.NeedsEngine();
        var options = new DeliveryOptions { Root = published.Checkout.Folder, Artifacts = _folder.Path, Images = [] };
        var container = new RegistryContainer(await new DeliveryContext(options, Cancellation).EngineAsync()) { Name = $"acci-registry-{Guid.NewGuid():n}" };

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => container.StartAsync(ImageReference.Parse($"{published.Record.Repository.Split('/')[0]}/nowhere:3"), Cancellation));

        Assert.Contains("--image-mirror", failure.Message, StringComparison.Ordinal);
    }

    private async Task<ImageReference> ImportAsync(DockerEngine engine, string name)
    {
        const string script = """
            set -e
            program=$(readlink -f "$1")
            mkdir root && cp -L --parents $(ldd "$program" | grep -o '/[^ ]*') root && cp "$program" root/registry
            printf '%s\n' 'version: 0.1' 'storage: { filesystem: { rootdirectory: /var/lib/registry } }' 'http: { addr: ":5000" }' > root/config.yml
            tar -C root -cf - . | "$2" import --change 'ENTRYPOINT ["/registry"]' --change 'CMD ["serve", "/config.yml"]' - "$3"
            """;
        var image = ImageReference.Parse($"{name}:1");
        await CommandRunner.RunAsync(new Command("bash", "-c", script, "bash", RegistryProgram.Require(), engine.Cli, image.ToString()) { WorkingDirectory = _folder.Path }, cancellationToken: Cancellation);
        return image;
    }

    private async Task<ImageReference> PushAsync(ImageReference repository)
    {
        var layout = await LayoutBuilder.WriteOneAsync(_folder.Combine("layout"), "content");
        using var registry = OciRegistry.Of(repository);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return repository.WithDigest(layout.Root.Digest);
    }

    private static async Task<bool> IsThereAsync(ImageReference image)
    {
        using var registry = OciRegistry.Of(image);
        return await registry.FindAsync(image, Cancellation) is not null;
    }
}
