using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Acci.Environments.Swarm;

namespace Acci.Environments;

/// <summary>Shows what an environment writes.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
public sealed class EnvironmentLogs(DeliveryContext context, EnvironmentDeclaration declaration) : EnvironmentVerb(context, declaration)
{
    /// <summary>Shows what an environment's containers wrote.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="follow">Go on showing what they write, until interrupted.</param>
    /// <exception cref="DeliveryException">There is no such environment, or nothing of it runs under Docker Compose.</exception>
    public async Task RunAsync(string? environment, bool follow)
    {
        var name = Named(environment);
        var project = ProjectOf(await EngineWithComposeAsync(), name);
        if ((await project.ContainersAsync(Cancellation)).Count == 0)
        {
            await EnsureThereIsAsync(project);
            throw new DeliveryException(await HasStackAsync(project)
                ? $"Environment '{name}' runs here as a stack: {await StackCommandsAsync(project)} shows what its replicas wrote."
                : $"Nothing of environment '{name}' runs here. ComposeUp --environment {name} starts it.");
        }

        string[] options = follow ? ["--follow"] : [];
        try
        {
            await CommandRunner.RunAsync(project.ByName(["logs", "--tail", "200", "--no-color", .. options]), Console.WriteLine, Cancellation);
        }
        catch (OperationCanceledException) when (follow)
        {
            // That is how one ends it.
        }
    }

    // A command for each service: a stack as a whole has none.
    private async Task<string> StackCommandsAsync(ComposeProject project) => string.Join(", or ",
        (await new SwarmManager(project.Engine).ServicesAsync(project.Name, Cancellation)).Select(x => Shortcut.ToTyped(project.Engine.Docker("service", "logs", x.Name).ToString())));
}
