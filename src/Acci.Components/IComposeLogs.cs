using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Shows what an environment writes.</summary>
public interface IComposeLogs : IHazEnvironment
{
    /// <summary>Goes on showing.</summary>
    [Parameter("ComposeLogs goes on showing what is written, until Ctrl-C")]
    bool Follow => TryGetValue<bool?>(() => Follow) ?? false;

    /// <summary>Shows the last lines of every container of the environment.</summary>
    Target ComposeLogs => _ => _
        .Description("Shows the last lines of an environment's containers (--follow: and goes on)")
        .TryAfter<IComposeUp>(x => x.ComposeUp)
        .Runs(this, () => new ComposeLogs(Context, Compose.Declaration, Environment, Follow));
}
