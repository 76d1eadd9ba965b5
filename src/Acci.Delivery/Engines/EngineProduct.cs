using System.Globalization;

namespace Acci.Delivery.Engines;

/// <summary>What answers as Docker's engine.</summary>
internal static class EngineProduct
{
    /// <summary>Docker's own.</summary>
    public const string Docker = "Docker Engine";

    /// <summary>Podman, whose API answers as Docker's does, without a BuildKit.</summary>
    public const string Podman = "Podman";

    /// <summary>
    /// The lowest version of Docker Engine that builds and environments work with: earlier ones do not know the <c>start_interval</c> of health checks.
    /// Source: Docker's documentation, "Docker Engine 25.0 release notes".
    /// </summary>
    public const int Lowest = 25;

    /// <summary>Finds out which one it is.</summary>
    /// <param name="engine">The command that reaches it.</param>
    /// <param name="version">Its version, as it tells it.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="DeliveryException">The command is not Docker's, or the engine is too old.</exception>
    public static async Task<string> FindAsync(DockerEngine engine, string version, CancellationToken cancellationToken)
    {
        // Podman's versions are lower than those of the engines that serve. A version that is no number is that of a developer's own engine.
        if (!int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major >= Lowest) return Docker;
        if (IsPodman(await engine.AskAsync(["--version"], cancellationToken)))
        {
            throw new DeliveryException(
                $"'{engine.Cli}' is Podman {version}, which has no buildx. Install Docker's command line with the docker-buildx plugin: "
                + "https://docs.docker.com/go/buildx");
        }

        return IsPodman(await engine.AskAsync(["version", "--format", "{{json .Server.Components}}"], cancellationToken)) ? Podman
            : throw new DeliveryException(
                $"Docker Engine {version} is too old: version {Lowest}.0 or later is needed. Update it, or set DOCKER_HOST to another engine.");
    }

    private static bool IsPodman(string? answer) => answer?.Contains(Podman, StringComparison.OrdinalIgnoreCase) is true;
}
