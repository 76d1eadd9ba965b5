using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Running;
using Serilog;

namespace Acci.Environments;

/// <summary>Shows what an environment writes.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="declaration">What is declared of the environments.</param>
/// <param name="environment">The environment.</param>
/// <param name="follow">Go on showing what is written, until interrupted.</param>
public sealed class ComposeLogs(DeliveryContext context, EnvironmentDeclaration declaration, string? environment, bool follow)
    : EnvironmentVerb(context, declaration, environment)
{
    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no such environment, or nothing of it runs under Docker Compose.</exception>
    public override async Task PlanAsync()
    {
        var name = Name;
        if (Context.WasPlanned<ComposeUp>())
        {
            Log.Information("Would show the last lines of the containers of environment '{Environment:l}'", name);
            return;
        }

        if (await Context.PlannedEngineAsync() is not { } engine) throw Nothing(name);
        var project = await ProjectOnAsync(await PlannedWithComposeAsync(engine) ?? engine, name);
        foreach (var container in await ContainersAsync(project)) Log.Information("Would show the last lines of {Container:l}", container.Name);
        Log.Information("  {Command:l}", Typed(Logs(project).ToString()));
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">There is no such environment, or nothing of it runs under Docker Compose.</exception>
    public override async Task RunAsync()
    {
        var project = await ProjectOnAsync(await EngineWithComposeAsync(), Name);
        await ContainersAsync(project);
        try
        {
            await CommandRunner.RunAsync(Logs(project), Shown.WriteLine, Cancellation);
        }
        catch (OperationCanceledException) when (follow)
        {
            // That is how one ends it.
        }
    }

    private Command Logs(ComposeProject project) => project.ByName(["logs", "--tail", "200", "--no-color", .. follow ? (string[])["--follow"] : []]);

    private async Task<IReadOnlyList<Container>> ContainersAsync(ComposeProject project)
    {
        if (await project.ContainersAsync(Cancellation) is { Count: > 0 } containers) return containers;
        await EnsureThereIsAsync(project);
        if (!await HasStackAsync(project)) throw Nothing(project.Environment);
        throw await StackCommandsAsync(project) is { Length: > 0 } commands
            ? new DeliveryException($"Environment '{project.Environment}' runs here as a stack: {commands} shows what its replicas wrote.")
            : new DeliveryException($"Environment '{project.Environment}' was a stack here, which was removed and has not ended yet: ComposeDown --environment {project.Environment} waits for its end.");
    }

    private static DeliveryException Nothing(string environment) => new($"Nothing of environment '{environment}' runs here. ComposeUp --environment {environment} starts it.");

    // A command for each service: a stack as a whole has none.
    private async Task<string> StackCommandsAsync(ComposeProject project) => string.Join(", or ",
        (await SwarmOf(project.Engine).ServicesAsync(project.Name, Cancellation)).Select(x => Typed(project.Engine.Docker("service", "logs", x.Name).ToString())));
}
