using Acci.Delivery.Engines;
using Acci.Delivery.Processes;

namespace Acci.Testing;

/// <summary>Whether this machine can do what tests with an engine need.</summary>
public static class Engine
{
    /// <summary>Why nothing can be published here: there is no engine, and with it no registry, or there is no cosign; null where there are.</summary>
    public static async Task<string?> FindObstacleAsync()
    {
        if (await EngineLocator.FindRunningAsync(ProcessEnvironment.Read(), CancellationToken.None) is null && PrivateEngine.Obstacle is { } obstacle) return $"no Docker engine answers, and {obstacle}";
        return Executables.Find("cosign") is null && !PrivateEngine.CanFetchPackages ? "cosign is not on the PATH, and this machine does not run Debian, whose packages have it" : null;
    }
}
