using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Generation;
using Serilog;

namespace Acci.Delivery.Checking;

/// <summary>
/// Lets BuildKit check every image's Dockerfile, and writes what it says as SARIF: <c>artifacts/checks/&lt;image&gt;.sarif</c>. Nothing is built.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="report">Gets what BuildKit says of all of them; each Dockerfile's findings once.</param>
public sealed class CheckImages(DeliveryContext context, Action<IReadOnlyList<DockerfileFinding>> report) : Verb
{
    private readonly string _folder = Path.Combine(context.Options.Artifacts, "checks");

    private string BakeFilePath => Path.Combine(_folder, "docker-bake.json");

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        foreach (var line in await context.BaseImagesFor(context.PlannedDeparture()).DescribeAsync(BakeTargets.NeededBy(context.Options.Images), context.CancellationToken))
            Log.Information("{Line:l}", line);
        Dockerfiles.EnsureExist(context.Options.Images, context.Options.Root);
        foreach (var image in context.Options.Images) Log.Information("{Image}: would check {Dockerfile:l}", image.Name, image.Dockerfile);
        var file = Path.GetRelativePath(context.Options.Root, BakeFilePath);
        Log.Information("  docker buildx bake --file {File:l} --check, and write the findings beside it as SARIF", file);
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">A Dockerfile could not be checked.</exception>
    public override async Task RunAsync()
    {
        await context.LockAsync();
        var images = context.Options.Images;
        Dockerfiles.EnsureExist(images, context.Options.Root);
        var engine = await context.BuildEngineAsync();
        var readsLayouts = await engine.StartCheckerAsync(context.CancellationToken);
        var targets = await context.BakeTargetsAsync(await context.DestinationAsync());
        var checks = images.Select(x => KeyValuePair.Create(x.Name, TargetOf(x, targets))).ToArray();
        if (!readsLayouts && checks.SelectMany(x => x.Value.Contexts ?? new Dictionary<string, string>()).FirstOrDefault(x => x.Value.StartsWith("oci-layout:", StringComparison.Ordinal)) is { Key: { } standIn })
        {
            throw new DeliveryException(
                $"{engine} has the classic image store, and cannot check a Dockerfile with a stand-in for {standIn}. Name a registry that carries it with --image-mirror, switch the "
                + "engine to the containerd image store (https://docs.docker.com/engine/storage/containerd), or name a builder with BUILDX_BUILDER.");
        }

        Directory.CreateDirectory(_folder);
        AtomicFile.Write(BakeFilePath, BakeFile.Of(checks).ToJson());

        var dockerfiles = images.ToDictionary(image => image.Name, image => image.Dockerfile.Replace('\\', '/'));
        var output = await new Bake(engine, context.Options.Root).CheckAsync(BakeFilePath, context.CancellationToken);
        var findings = CheckReport.Read(output, target => dockerfiles[target]);
        foreach (var (image, own) in findings)
            AtomicFile.Write(Path.Combine(_folder, $"{image}.sarif"), CheckSarif.ToJson(image, own));
        report([.. findings.Values.SelectMany(x => x).Distinct()]);
    }

    /// <summary>
    /// What is checked of an image: the Dockerfile as its first platform has it. Nothing is built, so nothing is said of a result: several platforms and attestations are refused
    /// by engines with the classic image store, even for a check.
    /// </summary>
    internal static BakeTarget TargetOf(ImageDefinition image, BakeTargets targets) =>
        targets.Of(image, [.. image.Platforms.Take(1)]) with { Annotations = null, Attest = null, CacheFrom = null, CacheTo = null, Output = null };
}
