using Nuke.Common;

namespace Acci.Components;

/// <summary>The one environment that a target works on, on the engine of this machine.</summary>
public interface IHazEnvironment : IHazEnvironments, IHazDelivery, IHazImageMirror
{
    /// <summary>Its name.</summary>
    [Parameter("Environment to start, stop or deploy: dev, prod, or any other that has a file deploy/environments/settings.<name>.json")]
    string? Environment => TryGetValue(() => Environment);
}
