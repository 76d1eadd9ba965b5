using System.Net;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Serilog;

namespace Acci.Environments;

public sealed partial class ComposeDelivery
{
    /// <summary>Deploys an environment to Docker Swarm, or updates it there, replica by replica, and waits until the swarm has done it.</summary>
    /// <exception cref="DeliveryException">There is no swarm, something is wrong with the settings, or the swarm rolled the update back; the message says why.</exception>
    public async Task DeployStackAsync(string? environment, bool dryRun)
    {
        var plan = Plan(environment);
        if (plan.IsDevelopment) throw new DeliveryException($"Environment '{plan.Name}' is built from source on the machine that runs it, which a swarm cannot: {DeploymentSetting.Kind.Key} has to be {nameof(EnvironmentKind.Production)}.");
        if (IsChangedByHand(plan)) Log.Warning("{File:l} is not what the settings say. A stack is made from the settings; what was changed there by hand is not in it", EnvironmentModel.FileOf(plan.Name));
        EnsureSecretsCanServe(plan);
        if (dryRun)
        {
            TellWhatWouldBeDone(plan, "docker stack deploy");
            return;
        }

        await context.LockAsync();
        var engine = await context.EngineAsync();
        var swarm = new SwarmManager(engine);
        var project = ComposeProject.Of(engine, Root, plan.Name);
        if ((await project.ContainersAsync(Cancellation)).Count > 0)
            throw new DeliveryException($"Environment '{plan.Name}' runs here under docker compose, and a stack would use the same data: ComposeDown --environment {plan.Name} first. Nothing was deployed.");
        await EnsureDataAreKnownAsync(plan, project);
        var found = await new EnvironmentImages(context, engine).FindAsync(plan, Cancellation);
        var variables = new Dictionary<string, string>(found, StringComparer.Ordinal);
        foreach (var (name, value) in plan.Variables) variables[name] = value;
        await swarm.EnsureAsync(Cancellation);
        var (_, _, nodes, thisNode) = await swarm.StateAsync(Cancellation);
        if (nodes > 1) EnsureEveryNodeCanPull(nodes, variables);
        var isHere = DockerEngine.IsLocal(await engine.EndpointAsync(Cancellation));
        var hasIngress = await HasIngressAsync(isHere);
        var deployment = plan.Effective.Environment.Deployment;
        if (hasIngress && isHere && (await swarm.ServicesAsync(project.Name, Cancellation)).Count == 0) Ports.EnsureFree(deployment.Ports.First);
        if (!hasIngress) Log.Warning("This kernel has no IPVS, so the swarm has no port that leads to every replica: each gets one of this machine's");
        if (IPAddress.IsLoopback(deployment.BindAddress)) Log.Warning("The app's ports are on {Address} under docker compose, but a swarm opens them on every address of its nodes: keep others out by a firewall", deployment.BindAddress.ToString());
        WriteFiles(plan, found);

        var secrets = new Dictionary<string, string>();
        using var login = await PullLogin.ForAsync(context, engine, variables[ProductionServices.ImageVariable]);
        await new StackDeployment(swarm, project.Name, deployment.Replicas, login).RunAsync(
            async () =>
            {
                await AddSecretsAsync(secrets, plan, swarm, project.Name);
                var dataOn = await swarm.NodesAsync(project.Name, Cancellation);
                var stack = SwarmStack.Of(plan.Effective.File, variables, secrets, service => dataOn.GetValueOrDefault(service, thisNode), hasIngress);
                var file = Path.Combine(Root, "artifacts", "compose", $"stack.{plan.Name}.yml");
                await File.WriteAllTextAsync(file, ComposeWriter.ToYaml(stack, $"What DeployStack made of {EnvironmentModel.FileOf(plan.Name)} for a swarm."), Cancellation);
                return file;
            },
            async () =>
            {
                foreach (var replica in await ReplicasAsync(swarm, project.Name, isHere && nodes == 1))
                {
                    foreach (var address in replica.Reachable) await OutsideHealth.EnsureAsync(address, Cancellation);
                }
            },
            Cancellation);
        await swarm.RemoveSecretsAsync(project.Name, secrets.Values, Cancellation);
        var table = new ServiceTable();
        foreach (var (service, container, reachable, other) in await ReplicasAsync(swarm, project.Name, isHere && nodes == 1))
            table.Add(service.Name, container, "running", reachable.Concat(other).Any() ? string.Join(", ", reachable.Select(x => $"http://{x}").Concat(other)) : "inside only", service.Image);
        Console.WriteLine(table);
    }

    private async Task AddSecretsAsync(Dictionary<string, string> secrets, EnvironmentPlan plan, SwarmManager swarm, string stack)
    {
        var files = new SecretFiles(Path.Combine(Root, EnvironmentModel.Folder), plan.Committed.Environment);
        foreach (var (name, setting) in plan.Committed.File.Secrets!.Keys.Zip(plan.Committed.Environment.Secrets))
            secrets[name] = await swarm.EnsureSecretAsync(stack, name, await File.ReadAllTextAsync(files.Find(setting, plan.Variables).Path, Cancellation), Cancellation);
    }

    internal static void EnsureEveryNodeCanPull(int nodes, IReadOnlyDictionary<string, string> variables)
    {
        if (variables.FirstOrDefault(x => IsImage(x.Key) && EnvironmentImages.IsLoopback(x.Value)) is { Key: { } variable, Value: var image })
            throw new DeliveryException($"The swarm has {nodes} nodes, and {image} ({variable}) can only be had on this one: {(variable == ProductionServices.ImageVariable ? "publish with --registry" : $"set {variable}")} to where all of them can pull from. Nothing was deployed.");
    }

    private async Task<bool> HasIngressAsync(bool isHere)
    {
        if (!OperatingSystem.IsLinux() || !isHere || File.Exists("/proc/net/ip_vs")) return true;
        return Executables.Find("modprobe") is { } modprobe && (await CommandRunner.TryRunAsync(new Command(modprobe, "--dry-run", "--quiet", "ip_vs"), cancellationToken: Cancellation)).Succeeded;
    }

    // A port of a replica's host is on that node, one of the swarm on all of them; what is not on this machine cannot be asked from here.
    private async Task<IReadOnlyList<(SwarmService Service, string Container, string[] Reachable, string[] Other)>> ReplicasAsync(SwarmManager swarm, string stack, bool isAllHere)
    {
        var tasks = await swarm.TasksAsync(stack, Cancellation);
        return
        [
            .. from service in await swarm.ServicesAsync(stack, Cancellation)
            from task in tasks
            where task.ServiceId == service.Id && task is { DesiredState: "running", State: "running" }
            let container = task.ContainerId is { Length: > 12 } id ? id[..12] : ""
            let everywhere = service.Ports.ToArray()
            select isAllHere
                ? (service, container, everywhere.Union(task.Ports).Select(port => $"127.0.0.1:{port}").ToArray(), Array.Empty<string>())
                : (service, container, Array.Empty<string>(), [.. everywhere.Select(port => $"port {port} of every node"), .. task.Ports.Except(everywhere).Select(port => $"port {port} of node {task.NodeId}")]),
        ];
    }

    private async Task<bool> HasStackAsync(ComposeProject project)
    {
        var swarm = new SwarmManager(project.Engine);
        return (await swarm.StateAsync(Cancellation)).IsManager && (await swarm.ServicesAsync(project.Name, Cancellation)).Count > 0;
    }

    private async Task EnsureNoStackAsync(ComposeProject project)
    {
        if (await HasStackAsync(project))
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
