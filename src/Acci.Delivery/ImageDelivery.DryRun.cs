using Acci.Delivery.Images;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
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
        foreach (var image in context.Options.Images)
            Log.Information("{Image}: would build version {Version:l} for {Platforms:l} from {Dockerfile:l}", image.Name, version.ToString(), string.Join(", ", image.Platforms), image.Dockerfile);
        var bakeFile = Path.GetRelativePath(context.Options.Root, _builder.BakeFile);
        Log.Information("  docker buildx bake --file {File:l} {Images:l}{NoCache:l}", bakeFile, string.Join(" ", context.Options.Images.Select(x => x.Name)), context.Options.NoCache ? " --no-cache" : "");
    }

    private void SaySmokeTest()
    {
        foreach (var image in context.Options.Images)
            Log.Information("{Image}: would start every platform that this machine can run, read-only and without capabilities{Health:l}", image.Name, image.Health is { } health ? $", and ask {health.Path} on port {health.Port}" : "");
    }

    private void SayScan()
    {
        var (options, scan) = (context.Options, context.Options.Scan);
        var severities = string.Join(", ", scan.Severities.OrderDescending().Select(x => x.ToName()));
        if (scan.Images.Count > 0)
        {
            foreach (var name in scan.Images) SayTrivy(name, $"and stop at {severities}", Trivy.OfPublished(name), name);
            return;
        }

        foreach (var image in options.Images)
            SayTrivy(image.Name, $"and stop at {severities}", Trivy.OfLayout($"{Relative(_builder.LayoutOf(image))}.scan-<platform>"), image.Name);
    }

    private void SayRescan()
    {
        var scan = context.Options.Scan;
        var names = scan.Images.Count > 0 ? scan.Images : [.. context.Options.Images.Select(image => $"{PlaceOf(image)}:latest")];
        foreach (var name in names) SayTrivy(name, "and upload the findings for the commit it was built from", Trivy.OfPublished(name), $"published/{name}");
    }

    private void SayTrivy(string image, string then, IReadOnlyList<string> what, string folder)
    {
        var scan = context.Options.Scan;
        Log.Information("{Image:l}: would scan every platform with Trivy, {Then:l}", image, then);
        var trivy = new Trivy(new TrivyProgram.Installed("trivy"), context.Options.CacheDirectory.Combine("trivy")) { Databases = scan.Databases, Offline = scan.Offline };
        Log.Information("  {Command:l}", trivy.ToTyped(what, $"{Relative(Path.Combine(ScanFolder, folder))}/<platform>.json"));
    }

    private string Relative(string path) => Path.GetRelativePath(context.Options.Root, path);

    private void SaySign()
    {
        foreach (var image in context.Options.Images) Log.Information("{Repository:l}: would push by digest, then sign and attest {Signer:l}", PlaceOf(image), Signer);
    }

    private void SayVerify()
    {
        foreach (var image in context.Options.Images) Log.Information("{Repository:l}: would verify signatures and attestations made {Signer:l}", PlaceOf(image), Signer);
    }

    private async Task SayTagsAsync()
    {
        var tags = await TagsAsync();
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

    private string PlaceOf(ImageDefinition image) => context.Options.Registry is { } registry ? Destination.Parse(registry).RepositoryOf(image).Repository : $"{image.Name} in the local registry";

    private string Signer => context.Options switch
    {
        { Keyless: true } => "with the identity of the workflow",
        { SigningKey: not null } => "with --signing-key",
        _ => "with this machine's own key",
    };
}
