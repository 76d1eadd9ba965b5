using Acci.Delivery.Compose.Running;
using Acci.Delivery.Compose.Swarm;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Serilog;

namespace Acci.Delivery.Compose;

public sealed partial class ComposeDelivery
{
    private static readonly TimeSpan StackLimit = TimeSpan.FromMinutes(5);

    /// <summary>Deploys an environment to Docker Swarm, or updates it there, replica by replica, and waits until the swarm has done it.</summary>
    /// <exception cref="DeliveryException">There is no swarm, something is wrong with the settings, or the swarm rolled the update back; the message says why.</exception>
    public async Task DeployStackAsync(string? environment, bool dryRun)
    {
        var plan = Plan(environment);
        if (plan.IsDevelopment) throw new DeliveryException($"Environment '{plan.Name}' is built from source on the machine that runs it, which a swarm cannot: {DeploymentSetting.Kind.Key} has to be {nameof(EnvironmentKind.Production)}.");
        EnsureSecretsCanServe(plan);
        if (dryRun)
        {
            TellWhatWouldBeDone(plan, "docker stack deploy");
            return;
        }

        var engine = await context.EngineAsync();
        var swarm = new SwarmManager(engine);
        var project = ComposeProject.Of(engine, Root, plan.Name);
        if ((await project.ContainersAsync(Cancellation)).Count > 0)
            throw new DeliveryException($"Environment '{plan.Name}' runs here under docker compose, and a stack would use the same data: ComposeDown --environment {plan.Name} first. Nothing was deployed.");
        await EnsureDataAreKnownAsync(plan, project);
        var found = await new EnvironmentImages(context, engine).FindAsync(plan, Cancellation);
        await swarm.EnsureAsync(Cancellation);
        await EnsureEveryNodeCanPullAsync(swarm, found[ProductionServices.ImageVariable]);
        WriteFiles(plan, found);

        var variables = new Dictionary<string, string>(found, StringComparer.Ordinal);
        foreach (var (name, value) in plan.Variables) variables[name] = value;
        var hasIngress = await HasIngressAsync(engine);
        if (!hasIngress) Log.Warning("This kernel has no IPVS, so the swarm has no port that leads to every replica: each gets one of this machine's");
        var secrets = await EnsureSecretsAsync(plan, swarm, project.Name);
        var file = $"artifacts/compose/stack.{plan.Name}.yml";
        await File.WriteAllTextAsync(
            Path.Combine(Root, file),
            ComposeWriter.ToYaml(SwarmStack.Of(plan.Effective.File, variables, secrets, hasIngress), $"What DeployStack made of {EnvironmentModel.FileOf(plan.Name)} for a swarm."),
            Cancellation);
        await new StackDeployment(swarm, project.Name, StackLimit).RunAsync(file, Root, Cancellation);
        await swarm.RemoveSecretsAsync(project.Name, secrets.Values, Cancellation);
        await TellAsync(swarm, project.Name);
    }

    private async Task<IReadOnlyDictionary<string, string>> EnsureSecretsAsync(EnvironmentPlan plan, SwarmManager swarm, string stack)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        var secrets = new Dictionary<string, string>();
        foreach (var (name, setting) in plan.Committed.File.Secrets!.Keys.Zip(plan.Committed.Environment.Secrets))
            secrets[name] = await swarm.EnsureSecretAsync(stack, name, await File.ReadAllTextAsync(files.Find(setting, plan.Variables).Path, Cancellation), Cancellation);
        return secrets;
    }

    private async Task EnsureEveryNodeCanPullAsync(SwarmManager swarm, string image)
    {
        var (_, _, nodes) = await swarm.StateAsync(Cancellation);
        if (nodes > 1 && Destination.Parse(ImageReference.Parse(image).Domain ?? "docker.io").IsLoopback)
            throw new DeliveryException($"The swarm has {nodes} nodes, and {image} can only be had on this one: publish with --registry to where all of them can pull from.");
    }

    private async Task<bool> HasIngressAsync(Engines.DockerEngine engine)
    {
        if (!OperatingSystem.IsLinux() || !IsLocal(engine) || File.Exists("/proc/net/ip_vs")) return true;
        return Executables.Find("modprobe") is { } modprobe && (await CommandRunner.TryRunAsync(new Command(modprobe, "--dry-run", "--quiet", "ip_vs"), cancellationToken: Cancellation)).Succeeded;
    }

    private async Task TellAsync(SwarmManager swarm, string stack)
    {
        var table = new ServiceTable();
        var tasks = await swarm.TasksAsync(stack, Cancellation);
        foreach (var service in await swarm.ServicesAsync(stack, Cancellation))
        {
            foreach (var task in tasks.Where(x => x.ServiceId == service.Id && x is { DesiredState: "running", State: "running" }))
            {
                var ports = service.Ports.Concat(task.Ports).Distinct().ToArray();
                table.Add(service.Name, task.ContainerId is { Length: > 12 } id ? id[..12] : "", task.State, ports.Length == 0 ? "inside only" : string.Join(", ", ports.Select(port => $"http://127.0.0.1:{port}")), service.Image);
            }
        }

        Console.WriteLine(table);
    }

    private async Task EnsureNoStackAsync(ComposeProject project)
    {
        var swarm = new SwarmManager(project.Engine);
        if ((await swarm.StateAsync(Cancellation)).IsManager && (await swarm.ServicesAsync(project.Name, Cancellation)).Count > 0)
            throw new DeliveryException($"Environment '{project.Environment}' runs here as a stack, with the same data: ComposeDown --environment {project.Environment} first. Nothing was started.");
    }

    private async Task RemoveStackAsync(ComposeProject project, bool volumes)
    {
        var swarm = new SwarmManager(project.Engine);
        if (!(await swarm.StateAsync(Cancellation)).IsManager) return;
        if ((await swarm.ServicesAsync(project.Name, Cancellation)).Count > 0)
        {
            Log.Information("Removing the stack {Stack:l}", project.Name);
            await swarm.RemoveAsync(project.Name, Cancellation);
        }

        if (volumes) await swarm.RemoveVolumesAsync(project.Name, Cancellation);
    }
}
