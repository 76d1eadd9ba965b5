using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.SmokeTests;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Serilog;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    /// <summary>
    /// Starts every platform of every image that this machine can run. An image that it can run on no platform is not smoke-tested, and everything that is said of it says so;
    /// it may be published all the same, since what builds a platform often cannot run it.
    /// </summary>
    /// <exception cref="DeliveryException">One does not become healthy.</exception>
    public Task SmokeTestAsync() => ForEachImageAsync(async (image, publish) =>
    {
        var runnable = (await context.EngineAsync()).RunnablePlatforms;
        var isRunnable = publish.Record.Platforms.Any(x => runnable.Contains(x.Platform));
        var reason = isRunnable ? null : $"this machine can run none of {string.Join(", ", publish.Record.Platforms.Select(x => x.Platform))}";
        publish.Update(record => record with { NotSmokeTested = record.Steps.ContainsKey(PublishStep.SmokeTest) ? null : reason });
        if (publish.Record.NotSmokeTested is not null)
        {
            Log.Warning("{Image}: NOT smoke-tested: {Reason:l}", image.Name, publish.Record.NotSmokeTested);
            return;
        }

        await publish.StepAsync(PublishStep.SmokeTest, async () =>
        {
            var layout = await _files.LayoutAsync(image, Cancellation);
            var results = new List<string>();
            foreach (var platform in await layout.ReadPlatformsAsync(Cancellation)) results.Add(await SmokeTestAsync(image, layout, platform));
            return string.Join(", ", results);
        });
    });

    private async Task<string> SmokeTestAsync(ImageDefinition image, OciLayout layout, PlatformImage platform)
    {
        var engine = await context.EngineAsync();
        if (!engine.RunnablePlatforms.Contains(platform.Platform)) return $"{platform.Platform} skipped (this machine cannot run it)";
        var folder = $"{layout.Folder}.{platform.Platform.Slug}";
        try
        {
            var view = await layout.WriteViewAsync(platform, folder, Cancellation);
            var name = ImageReference.Parse($"acci-smoke-test/{image.Name}:{platform.Manifest.Digest.Hex[..12]}");
            var healthy = await new SmokeTest(engine, context.Options.Root).RunAsync(view.Folder, name, image.Health, Cancellation);
            return $"{platform.Platform} healthy in {healthy.TotalSeconds:0.0} s";
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
