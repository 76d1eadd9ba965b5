using System.Runtime.ExceptionServices;
using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>Stops the private engine and the local registry, and forgets build nodes; a Docker engine of the machine's own is not touched, but for a local registry that it runs.</summary>
/// <param name="context">What the targets of the build share.</param>
/// <param name="purge">All they hold is removed, too, but volumes that have a name: those are data.</param>
public sealed class StopEngine(DeliveryContext context, bool purge) : Verb
{
    /// <inheritdoc/>
    public override Task PlanAsync()
    {
        Log.Information("Would stop the local registry and the private engine, where they run{Purge:l}", purge ? $", and remove all they hold, below {context.Options.CacheDirectory} too, but volumes that have a name" : "");
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task RunAsync()
    {
        ExceptionDispatchInfo? failure = null;
        if (Executables.Find("docker", context.Environment) is { } cli)
        {
            var engine = new DockerEngine(cli) { Process = context.Environment };
            await TryAsync(() => new NodeBuilders(engine).RemoveAsync(context.CancellationToken));
            await TryAsync(() => new RegistryContainer(engine).StopAsync(purge, context.CancellationToken));
        }

        if (OperatingSystem.IsLinux())
        {
            var own = new PrivateEngine(context.Scripts());
            await TryAsync(async () =>
            {
                if (await own.FindAsync(context.CancellationToken) is { } engine) await new NodeBuilders(engine).RemoveAsync(context.CancellationToken);
            });
            await TryAsync(() => own.StopAsync(purge, context.CancellationToken));
        }

        failure?.Throw();

        // What fails does not keep the rest from being stopped; the first failure is the target's.
        async Task TryAsync(Func<Task> stop)
        {
            try
            {
                await stop();
            }
            catch (DeliveryException exception)
            {
                if (failure is not null) Log.Error("{Problem:l}", exception.Message);
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }
    }
}
