using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Environments.Files;
using Acci.Environments.Variables;
using Acci.Oci;
using Acci.Oci.Layouts;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>Finds the images an environment runs: the build's own from the records of their publish, the others where base images come from, all by digest.</summary>
internal sealed class EnvironmentImages(DeliveryContext context, DockerEngine? engine)
{
    /// <summary>Images may be loaded where they cannot be pulled. A swarm's other nodes would not have them.</summary>
    public bool MayLoad { get; init; }

    /// <summary>The variables that make the compose file run here, but for what a person set: of that only the build's own images are told again.</summary>
    /// <exception cref="DeliveryException">Nothing was published, or an image is not available.</exception>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(EnvironmentPlan plan, CancellationToken cancellationToken)
    {
        var found = Known(plan);
        var mayHaveStandIns = await MayHaveStandInsAsync(plan, found);
        // What was published there is pulled from it; for stand-ins it is started when one is made.
        if (mayHaveStandIns && Own(plan).Any() && await ReachesLoopbackAsync()) await context.LocalRegistryAsync();
        await BringMachineFilesAsync(plan, found, cancellationToken);
        await BringOwnAsync(plan, found, cancellationToken);
        var missing = await AddUpstreamAsync(plan, found, mayHaveStandIns, cancellationToken);
        var last = missing.Count == 0 ? null : await Sources(mayHaveStandIns).ResolveAsync(missing.Values, cancellationToken);
        foreach (var (variable, image) in missing) found[variable] = (await BringAsync(last![image], cancellationToken)).ToString();
        await WarnAsync(plan, found);
        return found;
    }

    /// <summary>What <see cref="FindAsync"/> would find, with nothing started or made, and the stand-ins it would make, by their variables.</summary>
    /// <exception cref="DeliveryException">As it would throw.</exception>
    public async Task<PlannedImages> PlanAsync(EnvironmentPlan plan, CancellationToken cancellationToken)
    {
        var found = Known(plan);
        var mayHaveStandIns = await MayHaveStandInsAsync(plan, found);
        var missing = await AddUpstreamAsync(plan, found, mayHaveStandIns, cancellationToken);
        var last = missing.Count == 0 ? null : await Sources(mayHaveStandIns).PlanAsync(missing.Values, cancellationToken);
        var standIns = new Dictionary<string, ImageReference>();
        foreach (var (variable, image) in missing)
        {
            if (last![image] is { } there) found[variable] = there.Actual.ToString();
            else standIns[variable] = image;
        }

        await WarnAsync(plan, found);
        return new PlannedImages(found, standIns);
    }

    // Before anything is pulled.
    private Task WarnAsync(EnvironmentPlan plan, SortedDictionary<string, string> found) => engine is null ? Task.CompletedTask : context.WarnOfEngineAsync(
        engine,
        plan.Committed.Variables.Where(x => x.Source is LastPublish or UpstreamImage).Select(x => found.GetValueOrDefault(x.Name)).OfType<string>()
            .Select(x => ImageReference.Parse(x).Normalize().Domain!));

    private SortedDictionary<string, string> Known(EnvironmentPlan plan)
    {
        var found = new SortedDictionary<string, string>(plan.UserSettings().ToDictionary(), StringComparer.Ordinal);
        AddMachineFiles(found, plan);
        foreach (var variable in Own(plan)) found[variable.Name] = plan.Variables.GetValueOrDefault(variable.Name) ?? Published(variable, plan.Declaration.Command);
        return found;
    }

    private static IEnumerable<Variable> Own(EnvironmentPlan plan) => plan.Committed.Variables.Where(x => x.Source is LastPublish);

    // Adds the images of others that can be had, and gives those that cannot, or not yet.
    private async Task<Dictionary<string, ImageReference>> AddUpstreamAsync(
        EnvironmentPlan plan, SortedDictionary<string, string> found, bool mayHaveStandIns, CancellationToken cancellationToken)
    {
        var wanted = Wanted(plan).Where(x => !plan.Variables.ContainsKey(x.Variable)).ToArray();
        var before = await BeforeAsync(plan, mayHaveStandIns, cancellationToken);
        var resolved = await Task.WhenAll(wanted.Select(x => ResolveAsync(x.Image, before.GetValueOrDefault(x.Variable), cancellationToken)));
        var missing = new Dictionary<string, ImageReference>();
        foreach (var ((variable, image), reference) in wanted.Zip(resolved))
        {
            if (reference is null) missing[variable] = image;
            else found[variable] = reference;
        }

        return missing;
    }

    // A pinned image that is on the engine needs no registry to answer. What is not pinned follows its name, and stays what it was where nothing answers.
    private async Task<string?> ResolveAsync(ImageReference image, string? before, CancellationToken cancellationToken)
    {
        if (before is null || context.ImageLocks().DigestOf(image) is not null) return before;
        try
        {
            return (await Sources(mayHaveStandIns: false).ResolveAsync([image], cancellationToken))[image].Actual.ToString();
        }
        catch (DeliveryException)
        {
            return before;
        }
    }

    private BaseImages Sources(bool mayHaveStandIns) => BaseImages.Of(context, mayHaveStandIns);

    /// <summary>The build's own image that a variable names, of the last publish; in a dry run of that publish only its repository is known.</summary>
    /// <exception cref="DeliveryException">There is none that was published to its end.</exception>
    private string Published(Variable variable, string command)
    {
        var image = ((LastPublish)variable.Source!).Image;
        if (OfThisRun(context, image) is { } published) return published;
        var file = context.Options.RecordOf(image);
        var name = Path.GetRelativePath(context.Options.Root, file);
        var record = PublishRecord.Read(file)
            ?? throw new DeliveryException($"Nothing was published: there is no {name}. Run {command} Publish, or name an image by its digest with {variable.Name}. Nothing was started.");
        if (record.Image != image)
        {
            throw new DeliveryException(
                $"{name} is the record of the image '{record.Image}', not of '{image}'. Run {command} Publish. Nothing was started.");
        }

        return record.Steps.ContainsKey(PublishStep.Tag)
            ? context.PulledAs(record).ToString()
            : throw new DeliveryException($"{name} holds {record.Digest}, which was built and not published. Run {command} Publish, or name an image by its digest with {variable.Name}. Nothing was started.");
    }

    /// <summary>The image's repository where this is a dry run that would publish it; else null.</summary>
    internal static string? OfThisRun(DeliveryContext context, string image) =>
        context.WasPlanned<TagImages>() && context.Options.Images.FirstOrDefault(x => x.Name == image) is { } definition
            ? context.PlannedDestination().RepositoryOf(definition).ToString() : null;

    private static IEnumerable<(string Variable, ImageReference Image)> Wanted(EnvironmentPlan plan) =>
        from variable in plan.Committed.Variables
        let upstream = variable.Source as UpstreamImage
        where upstream is not null
        select (variable.Name, ImageReference.Parse(upstream.Reference));

    // The machine's own package sources and certificate authorities, as building images has them.
    private void AddMachineFiles(SortedDictionary<string, string> found, EnvironmentPlan plan)
    {
        var wanted = plan.Committed.Variables.Where(x => x.Source is MachineFile && !plan.Variables.ContainsKey(x.Name)).ToArray();
        if (wanted.Length == 0) return;
        var files = BuildSecrets.Of(context.Environment);
        foreach (var variable in wanted)
        {
            if (files.TryGetValue(((MachineFile)variable.Source!).Secret, out var file)) found[variable.Name] = file;
        }
    }

    // They lie outside of the repository, which is known to be seen: a job's container may have them to itself, and docker would make a folder in place of each.
    private async Task BringMachineFilesAsync(EnvironmentPlan plan, SortedDictionary<string, string> found, CancellationToken cancellationToken)
    {
        if (engine is not { Address: null }) return;
        foreach (var (name, file) in plan.Committed.Variables.Where(x => x.Source is MachineFile && !plan.Variables.ContainsKey(x.Name) && found.ContainsKey(x.Name)).Select(x => (x.Name, found[x.Name])).ToArray())
        {
            if (await new SharedFolder(engine, Session.Current).FindObstacleOfFileAsync(file, cancellationToken) is not { } obstacle) continue;
            Log.Debug("{Engine:l} does not see {File:l}: {Obstacle:l}", engine.ToString(), file, obstacle);
            found[name] = new SecretFiles(Path.Combine(context.Options.Root, plan.Declaration.Folder), plan.Name).Copy(name, file);
            Log.Information("{File:l} is not on the engine's machine: containers get a copy, {Copy:l}", file, found[name]);
        }
    }

    // Stand-ins serve this machine only, and so does what runs beside an image that is on it alone.
    private async Task<bool> MayHaveStandInsAsync(EnvironmentPlan plan, SortedDictionary<string, string> found) =>
        PrivateEngine.CanFetchPackages && Own(plan).All(x => IsLoopback(found[x.Name])) && (MayLoad || await ReachesLoopbackAsync());

    // A stand-in is in a layout here. The engine pulls it from this machine's own registry, or where it does not reach that, it is loaded.
    private async Task<ImageReference> BringAsync(ResolvedBaseImage image, CancellationToken cancellationToken)
    {
        if (image.Layout is null) return image.Actual;
        var layout = await OciLayout.OpenAsync(image.Layout, cancellationToken);
        if (!await ReachesLoopbackAsync())
        {
            return await LayoutArchive.TryLoadAsync(engine!, layout, image.Actual.Repository, cancellationToken)
                ?? throw new DeliveryException($"{engine} runs no platform of the stand-in for {image.Name}. Name a registry that carries that image with --image-mirror. Nothing was started.");
        }

        var place = ImageReference.Parse($"{await context.LocalRegistryAsync()}/{image.Actual.Path}");
        using var registry = context.Connect(place.Domain!);
        await registry.PushAsync(layout, place, cancellationToken: cancellationToken);
        return place.WithDigest(layout.Root.Digest);
    }

    private async Task<bool> ReachesLoopbackAsync() => engine is null || (await context.LocationAsync(engine)).ReachesLoopback;

    // What is in this machine's own registry, an engine that does not reach it gets from the image's layout.
    private async Task BringOwnAsync(EnvironmentPlan plan, SortedDictionary<string, string> found, CancellationToken cancellationToken)
    {
        if (engine is null || await ReachesLoopbackAsync()) return;
        foreach (var variable in Own(plan).Where(x => IsLoopback(found[x.Name])).ToArray())
        {
            var image = found[variable.Name];
            if (await IsHereAsync(image, cancellationToken)) continue;
            if (await PullAsync(engine, image, cancellationToken) is not { } reason) continue;
            if (MayLoad && await context.TryLoadAsync(engine, ((LastPublish)variable.Source!).Image, ImageReference.Parse(image)) is { } loaded)
            {
                Log.Information("{Image:l} cannot be pulled there, and was loaded from its layout as {Loaded:l}", image, loaded.ToString());
                found[variable.Name] = loaded.ToString();
                continue;
            }

            throw new DeliveryException(
                $"{image} is in a registry on this machine's loopback, and {engine} cannot pull it from there ({reason}). "
                + $"Publish it with --registry to one that the engine reaches, or name another image with {variable.Name}. Nothing was started.");
        }
    }

    // Null, or why it cannot. A large image takes the time it needs, and `--quiet` says nothing meanwhile.
    private async Task<string?> PullAsync(DockerEngine engine, string image, CancellationToken cancellationToken)
    {
        if (!await IsAnsweredAsync(engine, image, cancellationToken)) return "it gets no answer";
        var isSilent = false;
        try
        {
            var pull = await new ImagePull(context).WatchAsync(engine.Docker("pull", "--quiet", image), AskAsync, Log.Verbose, cancellationToken);
            return pull.Succeeded ? null : pull.LastLines(1) is [var last] ? last.Trim() : "it does not say why";
        }
        catch (DeliveryException) when (isSilent)
        {
            return "it gets no answer any more";
        }

        // This build itself may reach the registry: what counts is whether the engine does.
        async Task<IReadOnlyList<string>> AskAsync(CancellationToken token)
        {
            isSilent = !await IsAnsweredAsync(engine, image, token);
            return isSilent ? throw new DeliveryException("The registry is silent.") : [];
        }
    }

    // Whether the registry answers the engine at all is asked with an image that it does not have.
    private static async Task<bool> IsAnsweredAsync(DockerEngine engine, string image, CancellationToken cancellationToken)
    {
        try
        {
            var none = ImageReference.Parse(image).WithDigest(Digest.Of([]));
            await CommandRunner.TryRunAsync(engine.Question("pull", "--quiet", none.ToString()), cancellationToken: cancellationToken);
            return true;
        }
        catch (NoAnswerException)
        {
            return false;
        }
    }

    /// <summary>Whether an image can only be had on the machine that has it.</summary>
    public static bool IsLoopback(string image) => Destination.Parse(ImageReference.Parse(image).Registry).IsLoopback;

    // What was found last time and is on the engine, unless another digest was pinned since, or it is a stand-in where none may be.
    private async Task<IReadOnlyDictionary<string, string>> BeforeAsync(EnvironmentPlan plan, bool allowsLoopback, CancellationToken cancellationToken)
    {
        var file = new EnvironmentArtifacts(context.Options).FoundFileOf(plan.Name);
        var found = EnvironmentFile.Read(file).Values;
        var before = new Dictionary<string, string>();
        foreach (var (variable, image) in Wanted(plan))
        {
            if (found.GetValueOrDefault(variable) is { Length: > 0 } known
                && (context.ImageLocks().DigestOf(image) is not { } pinned || known.EndsWith(pinned.ToString(), StringComparison.Ordinal))
                && (allowsLoopback || !IsLoopback(known))
                && await IsHereAsync(known, cancellationToken)) before[variable] = known;
        }

        return before;
    }

    private async Task<bool> IsHereAsync(string image, CancellationToken cancellationToken)
    {
        var isHere = engine is not null && (await CommandRunner.TryRunAsync(engine.Question("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: cancellationToken)).Succeeded;
        if (isHere) Log.Verbose("{Image:l} is on the engine already", image);
        return isHere;
    }
}
