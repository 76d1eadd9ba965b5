using Acci.Delivery.Buildx;
using Acci.Delivery.Checking;

namespace Acci.Delivery;

public sealed partial class ImageDelivery
{
    /// <summary>Lets BuildKit check every image's Dockerfile, and writes what it says as SARIF: <c>artifacts/checks/&lt;image&gt;.sarif</c>. Nothing is built.</summary>
    /// <returns>What it says of all of them; each Dockerfile's findings once.</returns>
    /// <exception cref="DeliveryException">A Dockerfile could not be checked.</exception>
    public async Task<IReadOnlyList<DockerfileFinding>> CheckAsync()
    {
        await context.LockAsync();
        var engine = await context.EngineAsync();
        var targets = await DescribeTargetsAsync(await context.VersionAsync(), await context.DestinationAsync());
        var folder = Path.Combine(context.Options.Artifacts, "checks");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "docker-bake.json");
        await File.WriteAllTextAsync(file, BakeFile.Of(context.Options.Images.Select(image => KeyValuePair.Create(image.Name, targets.Of(image) with { CacheFrom = null, CacheTo = null, Output = null }))).ToJson(), Cancellation);

        var dockerfiles = context.Options.Images.ToDictionary(image => image.Name, image => image.Dockerfile.Replace('\\', '/'));
        var findings = CheckReport.Read(await new Bake(engine, context.Options.Root).CheckAsync(file, Cancellation), target => dockerfiles[target]);
        foreach (var (image, own) in findings) await File.WriteAllTextAsync(Path.Combine(folder, $"{image}.sarif"), CheckSarif.ToJson(image, own), Cancellation);
        return [.. findings.Values.SelectMany(x => x).Distinct()];
    }
}
