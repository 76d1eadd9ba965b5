using Nuke.Common;

namespace Acci.Components;

/// <summary>Where ports are reached that containers publish.</summary>
public interface IHazEngineHost : INukeBuild
{
    /// <summary>The host of the engine; none means that it is found out.</summary>
    [Parameter("Host name or IP address at which ports are reached that the Docker engine publishes, for an engine on another machine; default: found out")]
    string? EngineHost => TryGetValue(() => EngineHost);
}
