using System.Runtime.CompilerServices;
using Acci.Environments;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The environments the app runs in: one for each <c>deploy/environments/settings.&lt;name&gt;.json</c>.</summary>
public interface IHazEnvironments : IHazDelivery, IHazDryRun
{
    private static readonly ConditionalWeakTable<INukeBuild, ComposeDelivery> Deliveries = [];

    /// <summary>The environment that targets work on.</summary>
    [Parameter("Environment to start, end or deploy: dev, prod, or any other that has a file deploy/environments/settings.<name>.json")]
    string? Environment => TryGetValue(() => Environment);

    /// <summary>What the targets do.</summary>
    sealed ComposeDelivery Compose => Deliveries.GetValue(this, _ => new ComposeDelivery(Context));
}
