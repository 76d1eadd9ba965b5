using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Ends an environment.</summary>
public interface IComposeDown : IHazEnvironment
{
    /// <summary>Whether its data go, too.</summary>
    [Parameter("ComposeDown also deletes the environment's data volumes"), TypedOnly, FormerName("Volumes")]
    bool DeleteVolumes => TryGetValue<bool?>(() => DeleteVolumes) ?? false;

    /// <summary>Takes away the environment's containers and networks, and its stack; data volumes stay unless <see cref="DeleteVolumes"/> is set.</summary>
    Target ComposeDown => _ => _
        .Description("Stops an environment and removes its containers and networks; its data stay (--delete-volumes deletes them)")
        .Runs(this, () => new ComposeDown(Context, Compose.Declaration, Environment, DeleteVolumes));
}
