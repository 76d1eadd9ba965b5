using Acci.Delivery.Buildx;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery;

/// <summary>What each step would do, in the words of the commands it would run. Nothing is started, written or sent; registries are only asked.</summary>
public sealed partial class ImageDelivery
{
    private bool IsDryRun => context.Options.DryRun;

    private async Task SayBuildAsync()
    {
        var version = await context.VersionAsync();
        foreach (var warning in version.Warnings) Log.Warning("{Warning:l}", warning);
        var destination = new Preflight(context, Scope).Destination;
        await DeparturePolicy.Of(context, destination).EnsureTreeIsItsTagsAsync(version, Cancellation);
        DeparturePolicy.Warn(version);
        foreach (var line in await BaseImagesFor(destination).DescribeAsync(BakeTargets.NeededBy(context.Options.Images), Cancellation)) Log.Information("{Line:l}", line);
        foreach (var image in context.Options.Images)
            Log.Information("{Image}: would build version {Version:l} for {Platforms:l} from {Dockerfile:l}", image.Name, version.ToString(), string.Join(", ", image.Platforms), image.Dockerfile);
        var bakeFile = Path.GetRelativePath(context.Options.Root, _files.Builder.BakeFile);
        Log.Information("  docker buildx bake --file {File:l} {Images:l}{NoCache:l}", bakeFile, string.Join(" ", context.Options.Images.Select(x => x.Name)), context.Options.NoCache ? " --no-cache" : "");
    }

    private Task SayCheck()
    {
        foreach (var image in context.Options.Images) Log.Information("{Image}: would check {Dockerfile:l}", image.Name, image.Dockerfile);
        var file = Relative(Path.Combine(context.Options.Artifacts, "checks", "docker-bake.json"));
        Log.Information("  docker buildx bake --file {File:l} --check, and write the findings beside it as SARIF", file);
        return Task.CompletedTask;
    }

    private Task SaySmokeTest()
    {
        foreach (var image in context.Options.Images)
            Log.Information("{Image}: would start every platform that this machine can run, read-only and without capabilities{Health:l}", image.Name, image.Health is { } health ? $", and ask {health.Path} on port {health.Port}" : "");
        return Task.CompletedTask;
    }

    private Task SayScan()
    {
        var (options, scan) = (context.Options, context.Options.Scan);
        var severities = string.Join(", ", scan.Severities.OrderDescending().Select(x => x.ToName()));
        if (scan.Images.Count > 0)
        {
            foreach (var name in scan.Images) SayTrivy(name, $"and stop at {severities}", Trivy.OfPublished(name), name);
            return Task.CompletedTask;
        }

        foreach (var image in options.Images)
            SayTrivy(image.Name, $"and stop at {severities}", Trivy.OfLayout($"{Relative(_files.Builder.LayoutOf(image))}.scan-<platform>"), image.Name);
        return Task.CompletedTask;
    }

    private Task SayRescan()
    {
        var scan = context.Options.Scan;
        var names = scan.Images.Count > 0 ? scan.Images : [.. context.Options.Images.Select(image => $"{PlaceOf(image)}:latest")];
        foreach (var name in names) SayTrivy(name, "and upload the findings for the commit it was built from", Trivy.OfPublished(name), $"published/{name}");
        return Task.CompletedTask;
    }

    private void SayTrivy(string image, string then, IReadOnlyList<string> what, string folder)
    {
        var scan = context.Options.Scan;
        Log.Information("{Image:l}: would scan every platform with Trivy, {Then:l}", image, then);
        var trivy = new Trivy(new TrivyProgram.Installed("trivy"), context.Options.CacheDirectory.Combine("trivy")) { Databases = scan.Databases, Offline = scan.Offline };
        Log.Information("  {Command:l}", trivy.ToTyped(what, $"{Relative(Path.Combine(ScanFolder, folder))}/<platform>.json"));
    }

    private string Relative(string path) => Path.GetRelativePath(context.Options.Root, path);

    private Task SaySign()
    {
        foreach (var image in context.Options.Images) Log.Information("{Repository:l}: would push by digest, then sign and attest {Signer:l}", PlaceOf(image), Signer);
        return Task.CompletedTask;
    }

    private Task SayVerify()
    {
        foreach (var image in context.Options.Images) Log.Information("{Repository:l}: would verify signatures and attestations made {Signer:l}", PlaceOf(image), Signer);
        return Task.CompletedTask;
    }

    private async Task SayTagsAsync()
    {
        var tags = await context.TagsAsync();
        foreach (var image in context.Options.Images)
        {
            if (context.Options.Registry is null)
            {
                Log.Information("{Repository:l}: would tag {Tags:l}", PlaceOf(image), string.Join(", ", tags.All));
                continue;
            }

            var repository = await context.RepositoryAsync(image);
            var registry = await context.RegistryAsync();
            await registry.EnsureReachableAsync(Cancellation);
            var plan = await TagPlan.DecideAsync(registry, repository, Digest.Of([]), tags.All, tags.Floating, Cancellation);
            foreach (var move in plan.Moves) Log.Information("{Repository:l}: {Would:l} {Tag:l}: {Reason:l}", repository.ToString(), move.Moves ? "would tag" : "would not move", move.Tag, move.Reason);
        }
    }

    private string PlaceOf(ImageDefinition image) => context.Named is { } destination ? destination.RepositoryOf(image).Repository : $"{image.Name} in the local registry";

    private string Signer => SigningChoice.Of(context.Options).ToString();
}
