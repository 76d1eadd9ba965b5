using Acci.Environments.Running;
using Serilog;

namespace Acci.Environments.Swarm;

/// <summary>
/// A first deployment that failed. Another checkout, as another job of the same repository, may have deployed the same stack meanwhile: what the other one deployed last stays.
/// </summary>
/// <param name="swarm">The swarm.</param>
/// <param name="stack">The stack's name.</param>
/// <param name="id">Which deployment it is, as the label of its services says; null where they have none.</param>
/// <param name="volumes">The stack's data volumes.</param>
/// <param name="before">Those that were there before.</param>
internal sealed class FailedDeployment(SwarmManager swarm, string stack, string? id, DataVolumes volumes, IReadOnlyList<string> before)
{
    /// <summary>Takes it away, with its data where nothing else of the stack is left.</summary>
    /// <exception cref="DeliveryException">Something stays.</exception>
    public async Task RemoveAsync()
    {
        var services = (await swarm.ServicesAsync(stack, CancellationToken.None)).ToLookup(x => x.Deployment == id);
        if (services[false].Any())
        {
            Log.Warning("{Services:l}: another run has deployed this meanwhile, so it stays, and so do the data of {Stack:l}", string.Join(", ", services[false].Select(x => x.Name)), stack);
            foreach (var own in services[true]) await swarm.RemoveServiceAsync(stack, own, () => { }, CancellationToken.None);
            return;
        }

        await swarm.RemoveAsync(stack, CancellationToken.None);
        if (await swarm.IsThereAsync(stack, CancellationToken.None)) return;
        await volumes.RemoveAsync((await volumes.ListAsync(CancellationToken.None)).Except(before), CancellationToken.None);
    }
}
