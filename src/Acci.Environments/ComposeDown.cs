using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Sessions;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Acci.Environments.Swarm;
using Serilog;

namespace Acci.Environments;

/// <summary>Ends an environment.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
/// <param name="environment">The environment.</param>
/// <param name="volumes">The data volumes go, too.</param>
public sealed class ComposeDown(DeliveryContext context, EnvironmentDeclaration declaration, string? environment, bool volumes)
    : EnvironmentVerb(context, declaration, environment)
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no such environment.</exception>
    public override async Task PlanAsync()
    {
        var name = Name;
        if (await Context.PlannedEngineAsync() is not { } engine)
        {
            Log.Information("No Docker engine runs here, so nothing of environment '{Environment:l}' does", name);
            return;
        }

        var project = await ProjectOnAsync(await PlannedWithComposeAsync(engine) ?? engine, name);
        EnsureIsNoCopy(project.Name);
        await EnsureThereIsAsync(project);
        if (await HasStackAsync(project))
        {
            await OwnServicesAsync(project);
            Log.Information("Would remove the stack {Stack:l}", project.Name);
        }

        foreach (var kind in (string[])["container", "network"])
        {
            foreach (var left in await project.ListAsync(kind, Cancellation)) Log.Information("Would remove the {Kind:l} {Name:l}", kind, left);
        }

        foreach (var data in await DataOf(project).ListAsync(Cancellation)) Log.Information("{Would:l} the volume {Name:l}", volumes ? "Would remove" : "Would leave", data);
        Log.Information("  {Command:l}", Typed(project.Down(volumes).ToString()));
    }

    /// <summary>Ends the environment, a stack of it included, and takes away everything but its data volumes.</summary>
    /// <exception cref="DeliveryException">There is no such environment, or something of it stays.</exception>
    public override async Task RunAsync()
    {
        var name = Name;
        await Context.LockAsync();
        var project = await ProjectOnAsync(await EngineWithComposeAsync(), name);
        EnsureIsNoCopy(project.Name);
        await EnsureThereIsAsync(project);
        var isStack = await HasStackAsync(project);
        if (isStack) await OwnServicesAsync(project);
        var data = DataOf(project);
        var unknown = $"What is left of environment '{name}' is not known: run ComposeDown --environment {name} again.";
        using (Unfinished.Note(() => unknown))
        {
            try
            {
                await RemoveAsync(project, isStack, data);
            }
            catch (Exception)
            {
                Log.Warning("{Unknown:l}", unknown);
                throw;
            }
        }

        string[] left = [.. await project.ListAsync("container", Cancellation), .. await project.ListAsync("network", Cancellation)];
        if (left.Length > 0) throw new DeliveryException($"Of environment '{name}' there is still {string.Join(", ", left)}: something else uses it. End that and run ComposeDown again.");
        var kept = await data.ListAsync(Cancellation);
        var problem = DeclaredVolumesOf(name).Problem;
        Log.Information(
            "Environment '{Environment:l}' is down. {Data:l}", name,
            kept.Count > 0 ? $"Its data stay in {string.Join(", ", kept)}; ComposeDown --environment {name} --delete-volumes deletes them"
            : problem is null ? "Nothing of it is left" : "No container, network or labelled volume of it is left");
        if (problem is not null) Log.Warning("Which volumes it declares is not known, so one that somebody made by hand may be left. {Problem:l}", problem);
    }

    private async Task RemoveAsync(ComposeProject project, bool isStack, DataVolumes data)
    {
        var swarm = SwarmOf(project.Engine);
        if (isStack)
        {
            Log.Information("Removing the stack {Stack:l}", project.Name);
            await swarm.RemoveAsync(project.Name, Cancellation);
            if ((await swarm.StateAsync(Cancellation)).Nodes > 1) Log.Warning("Volumes on other nodes of the swarm stay: `docker volume ls --filter label={Label:l}={Stack:l}` names those of a node", SwarmManager.StackLabel, project.Name);
        }

        await project.DownAsync(volumes, Cancellation);
        if (!volumes) return;
        // Containers of docker compose may have used a stack's volumes, and volumes that somebody else made have neither label.
        await swarm.RemoveVolumesAsync(project.Name, Cancellation);
        await data.RemoveAsync(await data.ListAsync(Cancellation), Cancellation);
    }
}
