using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Ends an environment.</summary>
public interface IComposeDown : IHazEnvironments
{
    /// <summary>The data go, too.</summary>
    [Parameter("ComposeDown also removes the environment's data volumes"), TypedOnly]
    bool Volumes => TryGetValue<bool?>(() => Volumes) ?? false;

    /// <summary>Takes away the environment's containers and networks, and its stack; data volumes stay unless <see cref="Volumes"/> is set.</summary>
    Target ComposeDown => _ => _
        .Description("Ends an environment and takes all of it away but its data (--volumes: its data, too)")
        .Runs(this, () => new ComposeDown(Context, Compose.Declaration, Environment, Volumes));
}
