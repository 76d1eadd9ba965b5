using Nuke.Common;

namespace Acci.Components;

/// <summary>The one environment that a target works on, on the engine of this machine.</summary>
public interface IHazEnvironment : IHazEnvironments, IHazDelivery, IHazImageMirror
{
    /// <summary>Its name.</summary>
    [Parameter("Environment to start, stop or deploy: the <name> of a file settings.<name>.json, such as dev or prod")]
    string? Environment => TryGetValue(() => Environment);
}
