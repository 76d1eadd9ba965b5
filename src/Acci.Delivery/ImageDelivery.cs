using Acci.Delivery.Buildx;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci.Layouts;

namespace Acci.Delivery;

/// <summary>The way of a build's images from their definitions to their tags. Each public method is what one target of the build does.</summary>
public sealed partial class ImageDelivery(DeliveryContext context)
{
    private readonly ImageBuilder _builder = new(context.Options.Root, context.Options.Artifacts);

    /// <summary>The public half of the signing key, for those who verify.</summary>
    private string PublicKeyFile => Path.Combine(context.Options.Artifacts, "publish", "cosign.pub");

    private CancellationToken Cancellation => context.CancellationToken;

    /// <summary>What a publish would find on this machine; changes nothing.</summary>
    public Task<IReadOnlyList<Finding>> ExamineAsync() => new Examination(context).RunAsync();

    /// <summary>Stops the private engine and the local registry; with <paramref name="purge"/> all they hold is removed.</summary>
    public async Task StopEngineAsync(bool purge)
    {
        if (Executables.Find("docker") is { } cli) await new RegistryContainer(new DockerEngine(cli)).StopAsync(purge, Cancellation);
        if (OperatingSystem.IsLinux()) await new PrivateEngine(context.Scripts).StopAsync(purge, Cancellation);
    }

    private string RecordFile(ImageDefinition image) => Path.Combine(context.Options.Artifacts, "publish", $"{image.Name}.json");

    private Task<OciLayout> LayoutAsync(ImageDefinition image) => OciLayout.OpenAsync(_builder.LayoutOf(image), Cancellation);

    private Task ForEachImageAsync(Action say, Func<ImageDefinition, PublishTransaction, Task> action)
    {
        if (!IsDryRun) return ForEachImageAsync(action);
        say();
        return Task.CompletedTask;
    }

    private async Task ForEachImageAsync(Func<ImageDefinition, PublishTransaction, Task> action)
    {
        await context.LockAsync();
        foreach (var image in context.Options.Images) await action(image, PublishTransaction.Resume(RecordFile(image), image.Name));
    }
}
