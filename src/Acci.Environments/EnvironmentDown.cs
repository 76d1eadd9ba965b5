using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Serilog;

namespace Acci.Environments;

/// <summary>Ends an environment.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
public sealed class EnvironmentDown(DeliveryContext context, EnvironmentDeclaration declaration) : EnvironmentVerb(context, declaration)
{
    /// <summary>Ends an environment, a stack of it included, and takes away everything but its data volumes.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="volumes">The data volumes go, too.</param>
    /// <param name="dryRun">Only say what would be run.</param>
    /// <exception cref="DeliveryException">There is no such environment, or something of it stays.</exception>
    public async Task RunAsync(string? environment, bool volumes, bool dryRun)
    {
        var name = Named(environment);
        string[] arguments = ["down", "--remove-orphans", "--rmi", "local", .. volumes ? (string[])["--volumes"] : []];
        if (dryRun)
        {
            Log.Information("Would run: docker {Arguments:l}", string.Join(' ', ProjectOf(new DockerEngine("docker"), name).ByName(arguments).Arguments));
            return;
        }

        await Context.LockAsync();
        var project = ProjectOf(await EngineWithComposeAsync(), name);
        await EnsureThereIsAsync(project);
        await RemoveStackAsync(project, volumes);
        await CommandRunner.RunAsync(project.ByName(arguments), Log.Verbose, Cancellation);
        string[] left = [.. await project.ListAsync("container", Cancellation), .. await project.ListAsync("network", Cancellation)];
        if (left.Length > 0) throw new DeliveryException($"Of environment '{name}' there is still {string.Join(", ", left)}: something else uses it. End that and run ComposeDown again.");
        var data = await project.ListAsync("volume", Cancellation);
        Log.Information("Environment '{Environment:l}' is down. {Data:l}", name, data.Count == 0 ? "Nothing of it is left" : $"Its data stay in {string.Join(", ", data)}; ComposeDown --environment {name} --volumes removes them");
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
