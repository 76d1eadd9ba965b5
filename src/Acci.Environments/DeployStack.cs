using System.Diagnostics.CodeAnalysis;
using System.Net;
using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Environments.Variables;
using Acci.Generation;
using Acci.Oci;
using Serilog;

namespace Acci.Environments;

/// <summary>Deploys an environment to Docker Swarm.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
/// <param name="environment">The environment.</param>
[SuppressMessage("Naming", "CA1711", Justification = "A stack is what Docker Swarm calls a set of services; nothing is pushed or popped.")]
public sealed class DeployStack(DeliveryContext context, EnvironmentDeclaration declaration, string? environment) : EnvironmentVerb(context, declaration, environment)
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no engine for it, or something is wrong with the settings; the message says what.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        ReadCheckedPlan();
        if (await Context.PlannedEngineAsync() is null && PrivateEngine.IsRootless) throw SwarmManager.Rootless("The private engine of a user who is not root");
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no swarm, or something is wrong with the settings; the message says what.</exception>
    public override async Task PlanAsync()
    {
        var plan = await new NamedImages(Context).VerifyAsync(CheckedPlan());
        var engine = await PlannedEngineAsync();
        if (engine is null && PrivateEngine.IsRootless) throw SwarmManager.Rootless("The private engine of a user who is not root");
        var project = engine is null ? StackOf(new DockerEngine("docker"), plan.Name, isHere: true) : await EnsureMayDeployAsync(plan, engine);
        var images = await new EnvironmentImages(Context, engine).PlanAsync(plan, Cancellation);
        var there = Array.Empty<SwarmService>();
        if (engine is null || await SwarmOf(engine).NeedsSwarmAsync(Cancellation))
        {
            Log.Information("Would make the private engine a swarm of its own");
        }
        else
        {
            await LookAtSwarmAsync(plan, project, images.Found.Concat(plan.Variables).DistinctBy(x => x.Key).ToDictionary(), images.StandIns);
            there = [.. await SwarmOf(engine).ServicesAsync(project.Name, Cancellation)];
        }

        SayFiles(plan, await KeptNameAsync(plan, engine));
        foreach (var line in StackPreview.Describe(plan.Effective.File, images.With(plan.Variables), project.Name, there)) Log.Information("{Line:l}", line);
        Log.Information("  docker stack deploy {Stack:l}", project.Name);
    }

    /// <summary>Deploys an environment to Docker Swarm, or updates it there, replica by replica, and waits until the swarm has done it.</summary>
    /// <exception cref="DeliveryException">There is no swarm, something is wrong with the settings, or the swarm rolled the update back; the message says why.</exception>
    public override async Task RunAsync()
    {
        var plan = CheckedPlan();
        await Context.LockAsync();
        var engine = await Context.EngineAsync();
        var swarm = SwarmOf(engine);
        var project = await EnsureMayDeployAsync(plan, engine);
        plan = await new NamedImages(Context).VerifyAsync(plan);
        var found = await new EnvironmentImages(Context, engine).FindAsync(plan, Cancellation);
        var variables = new Dictionary<string, string>(found, StringComparer.Ordinal);
        foreach (var (name, value) in plan.Variables) variables[name] = value;
        await swarm.EnsureAsync(Cancellation);
        var (isAllHere, hasIngress, thisNode) = await LookAtSwarmAsync(plan, project, variables);
        WriteFiles(plan, found, await KeptNameAsync(plan, engine));

        var source = await StackSource.OfAsync(Context);
        var secrets = new Dictionary<string, string>();
        string[] configs = [];
        var web = plan.Effective.Definition.Services.Where(x => x.HealthPath is not null).ToDictionary(x => $"{project.Name}_{x.Name}", x => x);
        var replicas = plan.Effective.File.Services.Values.Sum(x => x.Deploy?.Replicas is { } count ? int.Parse(Interpolation.Resolve(count.Text, variables), System.Globalization.CultureInfo.InvariantCulture) : 0);
        using var login = await PullLogin.ForAsync(Context, engine, ImagesFirstOwn(plan, variables));
        string[] images = [.. plan.Effective.File.Services.Values.Select(x => Interpolation.Resolve(x.Image!.Value.Text, variables))];
        var deployment = new StackDeployment(swarm, project.Name, replicas, login, plan.Effective.Definition.StartLimit)
        {
            Declared = plan.Effective.File, Images = images, Id = $"{Guid.NewGuid():n}",
        };
        await deployment.RunAsync(
            async () =>
            {
                foreach (var secret in plan.Committed.Secrets)
                    secrets[secret.Source] = await swarm.EnsureSecretAsync(project.Name, secret.Source, InputFile.ReadText(SecretsOf(plan).Find(secret.Name, plan.Variables).Path, SecretFiles.MaximumSize), Cancellation);
                var dataOn = await swarm.NodesAsync(project.Name, Cancellation);
                var stack = source.Mark(StackFileOf(plan, project.Name, variables, secrets, service => dataOn.GetValueOrDefault(service, thisNode), hasIngress), deployment.Id);
                configs = [.. stack.Configs?.Values.Select(x => x.Name?.Text).OfType<string>() ?? []];
                var file = Artifacts.StackFileOf(plan.Name);
                AtomicFile.Write(file, ComposeWriter.ToYaml(stack, $"What DeployStack made of {Declaration.FileOf(plan.Name)} for a swarm."));
                return file;
            },
            async () =>
            {
                foreach (var replica in (await ReplicasAsync(swarm, project.Name, isAllHere)).Where(x => web.ContainsKey(x.Service.Name)))
                {
                    foreach (var address in replica.Reachable) await OutsideHealth.EnsureAsync(web[replica.Service.Name].Name, address, web[replica.Service.Name].HealthPath!, Cancellation, Context.Time);
                }
            },
            Cancellation);
        await swarm.RemoveSecretsAsync(project.Name, secrets.Values, Cancellation);
        await swarm.RemoveConfigsAsync(project.Name, configs, Cancellation);
        var table = new ServiceTable();
        foreach (var (service, container, reachable, other) in await ReplicasAsync(swarm, project.Name, isAllHere))
        {
            var scheme = web.ContainsKey(service.Name) ? "http://" : "";
            table.Add(service.Name, container, service.IsJob ? "completed" : "running", reachable.Concat(other).Any() ? string.Join(", ", reachable.Select(x => $"{scheme}{x}").Concat(other)) : "inside only", service.Image);
        }

        Shown.WriteLine(table);
    }

    private EnvironmentPlan CheckedPlan()
    {
        var plan = ReadCheckedPlan();
        EnsureIsStack(plan, Declaration.ProjectOf(plan.Name));
        WarnOfQuotes(plan);
        WarnOfUnread(plan);
        if (IsChangedByHand(plan)) Log.Warning("{File:l} is not what the settings say. A stack is made from the settings; what was changed there by hand is not in it", Declaration.FileOf(plan.Name));
        return plan;
    }

    private void WarnOfQuotes(EnvironmentPlan plan)
    {
        var variables = plan.KnownVariables();
        var files = plan.Effective.File.Services.Values.SelectMany(x => x.EnvFile ?? []).Where(x => x.Format is null)
            .Select(x => Path.GetFullPath(Interpolation.Resolve(x.Path.Text, variables), Path.Combine(Root, Declaration.Folder))).Distinct().Where(InputFile.Exists);
        foreach (var file in files)
        {
            string[] names = [.. StackVariablesFile.ReadDifferently(InputFile.ReadText(file, EnvironmentFile.MaximumSize))];
            if (names.Length == 0) continue;
            Log.Warning(
                "{File:l}: a stack takes values as they are, with quotes, '$' and what follows '#', and docker compose does not: {Names:l}. Where that is meant, declare the format 'raw'; where not, write them without",
                file,
                string.Join(", ", names));
        }
    }

    private EnvironmentPlan ReadCheckedPlan()
    {
        var plan = ReadPlan();
        if (plan.Committed.Environment.Kind == EnvironmentKind.Development || plan.Committed.Builds)
            throw new DeliveryException($"Environment '{plan.Name}' is built from source on the machine that runs it, which a swarm cannot: {DeploymentSetting.Section}:{DeploymentSetting.Kind.Property} has to be {nameof(EnvironmentKind.Production)}.");
        Context.EnsureMayWriteArtifacts(Artifacts.Folder);
        EnsureIsStack(plan, Declaration.ProjectOf(plan.Name), areFilesThere: false);
        EnsureSecretsCanServe(plan);
        return plan;
    }

    // By names that are not known yet: of what is looked for later, and of secrets, which are made later still. A target before this one may make a file.
    private void EnsureIsStack(EnvironmentPlan plan, string name, bool areFilesThere = true)
    {
        const string Unknown = EnvironmentPlan.Unknown;
        SwarmName.Ensure(plan.Effective.File, name);
        var variables = plan.KnownVariables();
        var stack = StackFileOf(plan, name, variables, plan.Committed.Secrets.ToDictionary(x => x.Source, _ => Unknown), _ => Unknown, hasIngress: true, areFilesThere);
        if (!areFilesThere) return;
        var told = stack.Services.Values.SelectMany(x => x.EnvFile ?? []).Select(x => Interpolation.Resolve(x.Path.Text, variables));
        if (told.FirstOrDefault(x => !InputFile.Exists(x) && x != OwnVariablesFile(plan)) is { } missing) throw new DeliveryException($"The env_file {missing} does not exist. Nothing was deployed.");
    }

    private ComposeFile StackFileOf(
        EnvironmentPlan plan,
        string name,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, string> secrets,
        Func<string, string> nodeOf,
        bool hasIngress,
        bool areFilesThere = true) =>
        StackConfigs.Named(SwarmStack.Of(plan.Effective.File, variables, secrets, nodeOf, hasIngress, Path.Combine(Root, Declaration.Folder)), name, areFilesThere);

    private async Task<ComposeProject> EnsureMayDeployAsync(EnvironmentPlan plan, DockerEngine engine)
    {
        var project = StackOf(engine, plan.Name, await IsHereAsync(engine, plan.Name));
        EnsureIsNoCopy(project.Name);
        EnsureIsStack(plan, project.Name);
        if ((await project.ContainersAsync(Cancellation)).Count > 0)
            throw new DeliveryException($"Environment '{plan.Name}' runs here under docker compose, and a stack would use the same data: ComposeDown --environment {plan.Name} first. Nothing was deployed.");
        if (await HasStackAsync(project) && (await OwnServicesAsync(project)).Count == 0)
            throw new DeliveryException($"The stack {project.Name} was removed and has not ended yet, and a new one would use the same data: ComposeDown --environment {plan.Name} waits for its end. Nothing was deployed.");
        await EnsureDataAreKnownAsync(plan, project);
        return project;
    }

    // A stack on this machine's engine shares its data with ComposeUp; one elsewhere leaves this machine's environment its own name.
    private async Task<string> KeptNameAsync(EnvironmentPlan plan, DockerEngine? engine) =>
        engine is null || await IsHereAsync(engine, plan.Name) ? Declaration.ProjectOf(plan.Name) : LocalName.Of(Root, Declaration, plan.Name);

    // Whether the images may go there, the ports are free, and what kind of swarm it is.
    private async Task<(bool IsAllHere, bool HasIngress, string ThisNode)> LookAtSwarmAsync(
        EnvironmentPlan plan, ComposeProject project, IReadOnlyDictionary<string, string> variables, IReadOnlyDictionary<string, ImageReference>? standIns = null)
    {
        var swarm = SwarmOf(project.Engine);
        var (_, _, nodes, thisNode) = await swarm.StateAsync(Cancellation);
        var endpoint = await project.Engine.EndpointAsync(Cancellation);
        var isHere = (await Context.LocationAsync(project.Engine)).ReachesLoopback;
        await new SwarmDeparture(Context, isHere && nodes == 1, nodes > 1 ? $"a swarm of {nodes} nodes" : $"the swarm at {endpoint}").EnsureAllowedAsync(plan.Committed.Variables, variables, standIns);
        var hasIngress = await HasIngressAsync(isHere);
        PublishedPort[] published = [.. PublishedPort.Of(plan.Effective.File)];
        if (hasIngress && isHere && (await swarm.ServicesAsync(project.Name, Cancellation)).Count == 0) Ports.EnsureFreeForSwarm(published);
        if (!hasIngress) Log.Warning("This kernel has no IPVS, so the swarm has no port that leads to every replica: each gets one of this machine's");
        if (published.FirstOrDefault(x => IPAddress.IsLoopback(x.Address)) is { } local) Log.Warning("The ports of {Service:l} are on {Address} under docker compose, but a swarm opens them on every address of its nodes: keep others out by a firewall", local.Service, local.Address.ToString());
        return (isHere && nodes == 1, hasIngress, thisNode);
    }

    // The build's own images are in the registry that may want a login.
    private static string ImagesFirstOwn(EnvironmentPlan plan, Dictionary<string, string> variables) => plan.Committed.Variables
        .Where(x => x.Source is LastPublish or UpstreamImage).OrderByDescending(x => x.Source is LastPublish).Select(x => variables.GetValueOrDefault(x.Name)).FirstOrDefault(x => x is not null)
        ?? plan.Effective.File.Services.Values.First().Image!.Value.Text;

    private async Task<bool> HasIngressAsync(bool isHere)
    {
        if (!OperatingSystem.IsLinux() || !isHere || File.Exists("/proc/net/ip_vs")) return true;
        return Executables.Find("modprobe", Context.Environment) is { } modprobe && (await CommandRunner.TryRunAsync(new Command(modprobe, "--dry-run", "--quiet", "ip_vs"), cancellationToken: Cancellation)).Succeeded;
    }

    // A port of a replica's host is on that node, one of the swarm on all of them; what is not on this machine cannot be asked from here.
    private async Task<IReadOnlyList<(SwarmService Service, string Container, string[] Reachable, string[] Other)>> ReplicasAsync(SwarmManager swarm, string stack, bool isAllHere)
    {
        var tasks = await swarm.TasksAsync(stack, Cancellation);
        return
        [
            .. from service in await swarm.ServicesAsync(stack, Cancellation)
            from task in tasks
            where task.ServiceId == service.Id && (task is { DesiredState: "running", State: "running" } || task.HasCompleted(service))
            let container = task.ContainerId is { Length: > 12 } id ? id[..12] : ""
            let everywhere = service.Ports.ToArray()
            select isAllHere
                ? (service, container, everywhere.Union(task.Ports).Select(port => $"127.0.0.1:{port}").ToArray(), Array.Empty<string>())
                : (service, container, Array.Empty<string>(), [.. everywhere.Select(port => $"port {port} of every node"), .. task.Ports.Except(everywhere).Select(port => $"port {port} of node {task.NodeId}")]),
        ];
    }
}
