using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Serilog;

namespace Acci.Delivery.Compose;

/// <summary>Finds the images an environment runs: the app's from the record of its publish, the others where base images come from, all by digest.</summary>
internal sealed class EnvironmentImages(DeliveryContext context, DockerEngine engine)
{
    /// <summary>The variables that make the compose file run here, but for what a person set: of that only the app's image is told again.</summary>
    /// <exception cref="DeliveryException">Nothing was published, or an image can be had nowhere.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(EnvironmentPlan plan, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(plan.UserSettings().ToDictionary(), StringComparer.Ordinal);
        if (plan.IsDevelopment) AddBuildFiles(found);
        else found[ProductionServices.ImageVariable] = plan.Variables.GetValueOrDefault(ProductionServices.ImageVariable) is { Length: > 0 } set ? set : Published().ToString();
        var registry = await LocalRegistryAsync(found.GetValueOrDefault(ProductionServices.ImageVariable), cancellationToken);
        var wanted = Wanted(plan).Where(x => !IsSet(plan, x.Variable)).ToArray();
        var before = Before(plan);
        var missing = new List<(string Variable, ImageReference Image)>();
        foreach (var (variable, image) in wanted)
        {
            if (before.GetValueOrDefault(variable) is { } known && await IsHereAsync(known, cancellationToken)) found[variable] = known;
            else missing.Add((variable, image));
        }

        if (missing.Count > 0)
        {
            var resolved = await new BaseImages(Locks, context.Scripts) { Mirror = context.Options.ImageMirror, StandInRegistry = registry }.ResolveAsync(missing.Select(x => x.Image), cancellationToken);
            foreach (var (variable, image) in missing) found[variable] = resolved[image].Actual.ToString();
        }

        return found;
    }

    /// <summary>The image of the last publish.</summary>
    /// <exception cref="DeliveryException">There is none that was published to its end.</exception>
    public ImageReference Published()
    {
        var file = Path.Combine(context.Options.Artifacts, "publish", $"{EnvironmentModel.App}.json");
        var name = Path.GetRelativePath(context.Options.Root, file);
        var record = PublishRecord.Read(file)
            ?? throw new DeliveryException($"Nothing was published: there is no {name}. Run ./build.sh Publish, or name an image by its digest with {ProductionServices.ImageVariable}. Nothing was started.");
        return record.Steps.ContainsKey(PublishStep.Tag)
            ? ImageReference.Parse(record.Repository).WithDigest(record.Digest)
            : throw new DeliveryException($"{name} holds {record.Digest}, which was built and not published. Run ./build.sh Publish, or name an image by its digest with {ProductionServices.ImageVariable}. Nothing was started.");
    }

    private ImageLocks Locks => ImageLocks.Read(Path.Combine(context.Scripts.Directory, "locks", "images.json"));

    private static IEnumerable<(string Variable, ImageReference Image)> Wanted(EnvironmentPlan plan)
    {
        yield return (Stores.PostgresImageVariable, ImageReference.Parse(Stores.PostgresImage));
        yield return (Stores.RedisImageVariable, ImageReference.Parse(Stores.RedisImage));
        if (plan.IsDevelopment) yield return (DevelopmentServices.SdkImageVariable, ImageReference.Parse(DevelopmentServices.SdkImage));
    }

    private static bool IsSet(EnvironmentPlan plan, string variable) => plan.Variables.GetValueOrDefault(variable) is { Length: > 0 };

    // The machine's own package sources and certificate authorities, as building images has them.
    private static void AddBuildFiles(SortedDictionary<string, string> found)
    {
        var files = BuildSecrets.OfThisMachine();
        if (files.TryGetValue("nuget-config", out var configuration)) found[DevelopmentServices.NuGetConfigVariable] = configuration;
        if (files.TryGetValue("ca-bundle", out var authorities)) found[DevelopmentServices.CertificatesVariable] = authorities;
    }

    // Stand-ins serve this machine only, and so does what runs beside an image that is on it alone. The local registry has to run for both.
    private async Task<string?> LocalRegistryAsync(string? app, CancellationToken cancellationToken)
    {
        if (PrivateEngine.Obstacle is not null || (app is not null && !Destination.Parse(ImageReference.Parse(app).Domain ?? "docker.io").IsLoopback)) return null;
        return context.Options.Registry is null ? (await context.DestinationAsync()).Domain : await new PrivateTools(context.Scripts).StartRegistryAsync(cancellationToken);
    }

    // What was found last time and is on the engine needs no registry to answer, unless another digest was pinned since.
    private Dictionary<string, string> Before(EnvironmentPlan plan)
    {
        var file = Path.Combine(context.Options.Artifacts, "compose", $"{plan.Name}.env");
        var before = EnvironmentFile.Read(file).Values;
        return Wanted(plan)
            .Where(x => before.ContainsKey(x.Variable) && (Locks.DigestOf(x.Image) is not { } pinned || before[x.Variable].EndsWith(pinned.ToString(), StringComparison.Ordinal)))
            .ToDictionary(x => x.Variable, x => before[x.Variable]);
    }

    private async Task<bool> IsHereAsync(string image, CancellationToken cancellationToken)
    {
        var isHere = (await CommandRunner.TryRunAsync(engine.Docker("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: cancellationToken)).Succeeded;
        if (isHere) Log.Verbose("{Image:l} is on the engine already", image);
        return isHere;
    }
}
