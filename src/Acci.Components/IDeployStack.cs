using System.Diagnostics.CodeAnalysis;
using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Deploys an environment to Docker Swarm.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stack is what Docker Swarm calls a set of services; nothing is pushed or popped.")]
public interface IDeployStack : IHazEnvironment, IHazExpectedSigner, IHazDirtyTree, IHazRegistry, IHazRetries
{
    /// <summary>Deploys the environment as a stack, or updates it, a new replica healthy before an old one goes; an update that was rolled back is a failure.</summary>
    Target DeployStack => _ => _
        .Description("Deploys an environment to Docker Swarm, or updates it there without losing a request")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new DeployStack(Context, Compose.Declaration, Environment)));
}
