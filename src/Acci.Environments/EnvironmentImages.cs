using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Oci;
using Serilog;

namespace Acci.Environments;

/// <summary>Finds the images an environment runs: the app's from the record of its publish, the others where base images come from, all by digest.</summary>
internal sealed class EnvironmentImages(DeliveryContext context, DockerEngine engine)
{
    /// <summary>The variables that make the compose file run here, but for what a person set: of that only the app's image is told again.</summary>
    /// <exception cref="DeliveryException">Nothing was published, or an image can be had nowhere.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(EnvironmentPlan plan, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(plan.UserSettings().ToDictionary(), StringComparer.Ordinal);
        if (plan.IsDevelopment) AddBuildFiles(found, plan.Variables);
        else found[ProductionServices.ImageVariable] = plan.Variables.GetValueOrDefault(ProductionServices.ImageVariable) ?? Published().ToString();
        var registry = await LocalRegistryAsync(found.GetValueOrDefault(ProductionServices.ImageVariable), cancellationToken);
        var wanted = Wanted(plan).Where(x => !plan.Variables.ContainsKey(x.Variable)).ToArray();
        var before = await BeforeAsync(plan, allowsLoopback: registry is not null, cancellationToken);
        var resolved = await Task.WhenAll(wanted.Select(x => ResolveAsync(x.Image, before.GetValueOrDefault(x.Variable), cancellationToken)));
        var missing = wanted.Zip(resolved).Where(x => x.Second is null).Select(x => x.First.Image).ToArray();
        var last = missing.Length == 0 ? null : await Sources(registry).ResolveAsync(missing, cancellationToken);
        foreach (var ((variable, image), reference) in wanted.Zip(resolved)) found[variable] = reference ?? last![image].Actual.ToString();
        return found;
    }

    // A pinned image that is on the engine needs no registry to answer. What is not pinned follows its name, and stays what it was where nothing answers.
    private async Task<string?> ResolveAsync(ImageReference image, string? before, CancellationToken cancellationToken)
    {
        if (before is null || context.ImageLocks.DigestOf(image) is not null) return before;
        try
        {
            return (await Sources(standIns: null).ResolveAsync([image], cancellationToken))[image].Actual.ToString();
        }
        catch (DeliveryException)
        {
            return before;
        }
    }

    private BaseImages Sources(string? standIns) => new(context.ImageLocks, context.Scripts) { Mirror = context.Options.ImageMirror, StandInRegistry = standIns };

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

    private static IEnumerable<(string Variable, ImageReference Image)> Wanted(EnvironmentPlan plan)
    {
        yield return (Stores.PostgresImageVariable, ImageReference.Parse(Stores.PostgresImage));
        yield return (Stores.RedisImageVariable, ImageReference.Parse(Stores.RedisImage));
        if (plan.IsDevelopment) yield return (DevelopmentServices.SdkImageVariable, ImageReference.Parse(DevelopmentServices.SdkImage));
    }

    // The machine's own package sources and certificate authorities, as building images has them.
    private static void AddBuildFiles(SortedDictionary<string, string> found, IReadOnlyDictionary<string, string> set)
    {
        var files = BuildSecrets.OfThisMachine();
        foreach (var (variable, name) in (ReadOnlySpan<(string, string)>)[(DevelopmentServices.NuGetConfigVariable, "nuget-config"), (DevelopmentServices.CertificatesVariable, "ca-bundle")])
        {
            if (!set.ContainsKey(variable) && files.TryGetValue(name, out var file)) found[variable] = file;
        }
    }

    // Stand-ins serve this machine only, and so does what runs beside an image that is on it alone. The local registry has to run for both.
    private async Task<string?> LocalRegistryAsync(string? app, CancellationToken cancellationToken)
    {
        if (PrivateEngine.Obstacle is not null || (app is not null && !IsLoopback(app))) return null;
        return context.Options.Registry is null ? (await context.DestinationAsync()).Domain : await new PrivateTools(context.Scripts) { ImageLocks = context.ImageLocks }.StartRegistryAsync(cancellationToken);
    }

    /// <summary>Whether an image can only be had on the machine that has it.</summary>
    public static bool IsLoopback(string image) => Destination.Parse(ImageReference.Parse(image).Registry).IsLoopback;

    // What was found last time and is on the engine, unless another digest was pinned since, or it is a stand-in where none may be.
    private async Task<IReadOnlyDictionary<string, string>> BeforeAsync(EnvironmentPlan plan, bool allowsLoopback, CancellationToken cancellationToken)
    {
        var file = Path.Combine(context.Options.Artifacts, "compose", $"{plan.Name}.env");
        var found = EnvironmentFile.Read(file).Values;
        var before = new Dictionary<string, string>();
        foreach (var (variable, image) in Wanted(plan))
        {
            if (found.GetValueOrDefault(variable) is { Length: > 0 } known
                && (context.ImageLocks.DigestOf(image) is not { } pinned || known.EndsWith(pinned.ToString(), StringComparison.Ordinal))
                && (allowsLoopback || !IsLoopback(known))
                && await IsHereAsync(known, cancellationToken)) before[variable] = known;
        }

        return before;
    }

    private async Task<bool> IsHereAsync(string image, CancellationToken cancellationToken)
    {
        var isHere = (await CommandRunner.TryRunAsync(engine.Docker("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: cancellationToken)).Succeeded;
        if (isHere) Log.Verbose("{Image:l} is on the engine already", image);
        return isHere;
    }
}
