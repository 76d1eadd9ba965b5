using Acci.Delivery;
using Acci.Delivery.Buildx;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Serilog;

namespace Acci.Environments;

/// <summary>Starts an environment under Docker Compose.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
/// <param name="environment">The environment.</param>
public sealed class ComposeUp(DeliveryContext context, EnvironmentDeclaration declaration, string? environment) : EnvironmentVerb(context, declaration, environment)
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">Something is wrong with the settings or the machine; the message says what.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        var plan = ReadCheckedPlan();
        var published = PublishedPort.Of(plan.Effective.File);
        if (await Context.PlannedEngineAsync() is not { } engine) Ports.EnsureFree(published, []);
        // A stack of this environment holds its ports, and a target before this one may end it.
        else
        {
            // One that has to be fetched is, when it is used.
            _ = await Context.WithComposeAsync(engine, mayFetch: false);
            if ((await Context.LocationAsync(engine)).Ports is { IsLoopback: true, IsCertain: true } && ProjectOf(engine, plan.Name) is var project && !await HasStackAsync(project))
                Ports.EnsureFree(published, await project.ContainersAsync(Cancellation));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">Something is wrong with the settings or the machine; the message says what.</exception>
    public override async Task PlanAsync()
    {
        var plan = CheckedPlan();
        var engine = await PlannedEngineAsync();
        if (engine is null) Ports.EnsureFree(PublishedPort.Of(plan.Effective.File), []);
        else await EnsureMayStartAsync(plan, engine);
        var composing = engine is null ? null : await PlannedWithComposeAsync(engine);
        var images = await new EnvironmentImages(Context, engine) { MayLoad = true }.PlanAsync(plan, Cancellation);
        SayFiles(plan, LocalName.Of(Root, Declaration, plan.Name));
        // Where none runs yet, what is said of services is what compose does on an empty one.
        var project = ProjectOf(composing ?? engine ?? new DockerEngine("docker"), plan.Name);
        var preview = new ComposePreview(project, plan, images);
        foreach (var line in await preview.DescribeAsync(hasEngine: composing is not null, Cancellation)) Log.Information("{Line:l}", line);
        Log.Information("  {Command:l}", Typed(project.Compose("up", "--detach", "--remove-orphans").ToString()));
    }

    /// <summary>
    /// Starts an environment, or brings it to what its compose file, this machine's variables and the last publish say, and waits until all of it is healthy. One that ran
    /// before and does not come up with new images goes back to the old ones.
    /// </summary>
    /// <exception cref="DeliveryException">Something is wrong with the settings, the machine or a service; the message says what.</exception>
    public override async Task RunAsync()
    {
        var plan = CheckedPlan();
        await Context.LockAsync();
        var engine = await EngineWithComposeAsync();
        var project = await EnsureMayStartAsync(plan, engine);
        var found = await new EnvironmentImages(Context, engine) { MayLoad = true }.FindAsync(plan, Cancellation);

        // Only now is anything written; from here on the machine has all that the environment needs.
        var foundBefore = EnvironmentFile.Read(FoundFileOf(plan)).Text;
        var file = FoundFileOf(plan);
        var unknown = $"{file} may not name the images that are running: ComposeUp writes it anew.";
        using var unfinished = Unfinished.Note(() => foundBefore.Length > 0 ? unknown : null);
        WriteFiles(plan, found, LocalName.Of(Root, Declaration, plan.Name));
        try
        {
            await CommandRunner.RunAsync(project.Bounded(project.Compose("config", "--quiet")), Log.Verbose, Cancellation);
            foreach (var image in plan.Committed.Variables.Where(x => x.Source is LastPublish or UpstreamImage).Select(x => found.GetValueOrDefault(x.Name)).OfType<string>().Distinct()) await PullWithLoginAsync(engine, image);
            var ports = (await Context.LocationAsync(engine)).Ports;
            var start = new ComposeStart(project, plan.Effective, ports, Context.Time);
            await start.PrepareAsync(new ImagePull(Context), Cancellation);
            var containers = await start.RunAsync(Cancellation);
            Tell(plan, project, containers, start.ReachedPorts);
        }
        catch (Exception) when (foundBefore.Length > 0)
        {
            // What runs is what ran before, and so is what is told of it.
            await CleanUp.TryAsync(
                () =>
                {
                    EnvironmentFile.Write(file, foundBefore);
                    return Task.CompletedTask;
                },
                unknown,
                $"{file} does not name the images that are running; ComposeUp writes it anew");
            throw;
        }
    }

    private EnvironmentPlan CheckedPlan()
    {
        var plan = ReadCheckedPlan();
        EnsureFilesAreThere(plan);
        WarnOfUnread(plan);
        if (IsChangedByHand(plan)) Log.Warning("{File:l} is not what the settings say: {Command:l} GenerateCompose writes it anew. It is used as it is", Declaration.FileOf(plan.Name), Declaration.Command);
        return plan;
    }

    private EnvironmentPlan ReadCheckedPlan()
    {
        EnsureIsNoCopy(LocalName.Of(Root, Declaration, Name));
        var plan = ReadPlan();
        Context.EnsureMayWriteArtifacts(Artifacts.Folder);
        EnsureNoneIsToBeVerified(plan);
        EnsureSecretsCanServe(plan);
        EnsureCapacitiesSuffice(plan);
        return plan;
    }

    // Who names a signer beside an image wants it verified, and would take what runs for that.
    private void EnsureNoneIsToBeVerified(EnvironmentPlan plan)
    {
        string[] typed = [.. Typed()];
        if (typed.Length == 0 || plan.Committed.Variables.FirstOrDefault(x => x.Source is LastPublish && plan.Variables.ContainsKey(x.Name)) is not { } named) return;
        throw new WrongUseException(
            $"{typed[0]} does not apply to {named.Name}: ComposeUp verifies no signatures. Leave one of them out, or use DeployStack, which verifies. Nothing was started.");

        // A key, and --keyless, also say who signs.
        IEnumerable<string> Typed()
        {
            if (Context.Options.SignedBy is not null) yield return "--signed-by";
            if (Context.Options.SignedByRepository is not null) yield return "--signed-by-repository";
            if (Context.Options.SignedByIssuer is not null) yield return "--signed-by-issuer";
        }
    }

    // Docker compose would find out when other services have started. What "~" is, it knows itself; a target before this one may make a file.
    private void EnsureFilesAreThere(EnvironmentPlan plan)
    {
        var file = plan.Effective.File;
        var variables = plan.KnownVariables();
        var read = file.Services.Values.SelectMany(x => x.Configs ?? []).Select(x => x.Source).ToHashSet();
        var configs = (file.Configs ?? new Dictionary<string, FileObject>())
            .Where(x => read.Contains(x.Key) && x.Value is { File: not null, External: not true })
            .Select(x => (Title: $"Config '{x.Key}'", Path: x.Value.File!.Value, MayBeFolder: true));
        var told = from service in file.Services
                   from variablesFile in service.Value.EnvFile ?? []
                   where variablesFile.Required is not false
                   select (Title: $"The env_file of {service.Key}", variablesFile.Path, MayBeFolder: false);
        foreach (var (title, text, mayBeFolder) in configs.Concat(told))
        {
            var path = Interpolation.Resolve(text.Text, variables);
            if (path.StartsWith('~')) continue;
            var place = Path.GetFullPath(path, Path.Combine(Root, Declaration.Folder));
            var isThere = (mayBeFolder && InputFile.IsFolder(place)) || InputFile.Exists(place);
            if (!isThere && place != OwnVariablesFile(plan)) throw new DeliveryException($"{title}: {place} does not exist. Nothing was started.");
        }
    }

    private async Task<ComposeProject> EnsureMayStartAsync(EnvironmentPlan plan, DockerEngine engine)
    {
        var location = await Context.LocationAsync(engine);
        await EnsureFilesAreSeenAsync(plan, engine);
        var project = ProjectOf(engine, plan.Name);
        if (await HasStackAsync(project))
            throw new DeliveryException($"Environment '{plan.Name}' runs here as a stack, or has not ended yet as one, with the same data: ComposeDown --environment {plan.Name} first. Nothing was started.");
        await EnsureProcessorsCanBeLimitedAsync(plan, engine);
        await EnsureDataAreKnownAsync(plan, project);
        // Of another machine's ports its engine knows, and it may be another machine.
        if (location.Ports is { IsLoopback: true, IsCertain: true }) Ports.EnsureFree(PublishedPort.Of(plan.Effective.File), await project.ContainersAsync(Cancellation));
        return project;
    }

    // A rootless engine has the controllers that systemd delegates to its user, which on older systems lack that of processors. Without any, it ignores limits. Source: moby,
    // daemon/daemon_unix.go, verifyPlatformContainerResources.
    private async Task EnsureProcessorsCanBeLimitedAsync(EnvironmentPlan plan, DockerEngine engine)
    {
        if (plan.Effective.File.Services.FirstOrDefault(x => x.Value.Deploy?.Resources?.Limits?.Cpus is not null).Key is not { } service) return;
        var info = await CommandRunner.TryRunAsync(engine.Question("info", "--format", "{{.CgroupDriver}} {{.CPUCfsQuota}}"), cancellationToken: Cancellation);
        if (info.StandardOutput.Trim().Split(' ') is not ["systemd" or "cgroupfs", "false"]) return;
        throw new DeliveryException(
            $"{engine} cannot set the CPU limit of '{service}': its user has no cgroup controller 'cpu'. If it is rootless, let systemd delegate the controller to its "
            + "user: https://docs.docker.com/engine/security/rootless/#limiting-resources. Nothing was started.");
    }

    private async Task EnsureFilesAreSeenAsync(EnvironmentPlan plan, DockerEngine engine)
    {
        // The private engine is a process of this machine, in its file system.
        if (engine.Address is not null) return;
        await EnsureContainersMayReadAsync(plan, engine);
        if (Context.Options.DryRun)
        {
            Log.Information("Would ask {Engine:l} whether it sees {Folder:l}, from which secrets and source are mounted", engine.ToString(), Root);
            return;
        }

        if (await new SharedFolder(engine, Session.Current).FindObstacleAsync(Root, Cancellation) is { } obstacle)
        {
            throw new DeliveryException(
                $"{engine} at {await engine.EndpointAsync(Cancellation)} does not see {Root} ({obstacle.TrimEnd('.')}), and ComposeUp mounts secrets and "
                + $"source from there. Run it on that machine, or deploy to a swarm, which gets secrets sent: DeployStack --environment {plan.Name}. "
                + "Nothing was started.");
        }
    }

    private async Task EnsureContainersMayReadAsync(EnvironmentPlan plan, DockerEngine engine)
    {
        var files = BuildSecrets.Of(Context.Environment);
        var closed = plan.Committed.Variables.Where(x => x.Source is MachineFile)
            .Select(x => (x.Name, File: plan.Variables.GetValueOrDefault(x.Name) ?? files.GetValueOrDefault(((MachineFile)x.Source!).Secret)))
            .FirstOrDefault(x => File.Exists(x.File) && IsClosed(x.File));
        if (closed.File is null || !await engine.RemapsUsersAsync(Cancellation)) return;
        throw new DeliveryException(
            $"{closed.File} may be read by its owner alone, and containers of {engine} have other users than this machine (userns-remap). Let others read it "
            + $"(`chmod o+r {closed.File}`), or name a copy that they may read with {closed.Name}. Nothing was started.");

        static bool IsClosed(string file) => !OperatingSystem.IsWindows() && !File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead);
    }

    // The compose file holds one limit, whatever this machine says of what it comes from.
    private static void EnsureCapacitiesSuffice(EnvironmentPlan plan)
    {
        var limits = plan.Committed.Definition.Services.Where(x => x.Capacity is not null).ToDictionary(x => x.Name, x => x.Capacity!.Limit);
        foreach (var (service, needed) in plan.Effective.Definition.Services.Where(x => x.Capacity is not null).Select(x => (x.Name, x.Capacity!)))
        {
            if (limits.TryGetValue(service, out var limit) && needed.Needed > limit)
                throw new DeliveryException($"Environment '{plan.Name}': {string.Join(" and ", needed.Settings)} as they are set here come to {needed.Needed} {needed.Unit}, and {needed.Store} takes {limit}. Lower one of them, or write them into settings.{plan.Name}.json, from which GenerateCompose sets {needed.Store}'s limit. Nothing was started.");
        }
    }

    // What docker compose cannot log in for is there before it looks.
    private async Task PullWithLoginAsync(DockerEngine engine, string image)
    {
        if ((await CommandRunner.TryRunAsync(engine.Question("image", "inspect", "--format", "{{.Id}}", image), cancellationToken: Cancellation)).Succeeded) return;
        using var login = await PullLogin.ForAsync(Context, engine, image);
        if (!login.HasCredentials) return;
        var pull = login.Docker("pull", image);
        var result = await new ImagePull(Context).RunAsync($"Image {image}", pull, _ => Task.FromResult<IReadOnlyList<string>>([image]), Log.Verbose);
        if (!result.Succeeded) throw new CommandFailedException(pull, result);
    }

    private void Tell(EnvironmentPlan plan, ComposeProject project, IReadOnlyList<Container> containers, PortAccess? ports)
    {
        var web = plan.Effective.Definition.Services.Where(x => x.HealthPath is not null).Select(x => x.Name).ToHashSet();
        var table = new ServiceTable();
        foreach (var container in containers)
        {
            var addresses = container.Addresses.Select(x => x.Describe(ports, web.Contains(container.Service) ? "http://" : "")).Distinct().ToArray();
            table.Add(container.Service, container.Name, container.State, addresses.Length == 0 ? "inside only" : string.Join(", ", addresses), container.Image);
        }

        Shown.WriteLine(table);
        Log.Information("Environment '{Environment:l}' is up. By hand: {Command:l}", plan.Name, Typed(project.Compose("ps").ToString()));
    }
}
