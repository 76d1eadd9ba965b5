using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Starts an environment.</summary>
public interface IComposeUp : IHazEnvironment, IHazRegistry, IHazRetries, IHazEngineHost
{
    /// <summary>Starts the environment's services and waits until all of them are healthy; production runs the image that was published last.</summary>
    Target ComposeUp => _ => _
        .Description("Starts an environment (--environment NAME) and waits until it is healthy")
        .TryAfter<IGenerateCompose>(x => x.GenerateCompose)
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new ComposeUp(Context, Compose.Declaration, Environment)));
}
