using Acci.Environments.Declarations;
using Acci.Environments.Specification;

namespace Acci.Environments.Stores;

/// <summary>
/// Redis as a cache: without capabilities, on a root file system that cannot be written, its data in a volume. It has no password, so it belongs on
/// a network that only its clients are on.
/// </summary>
public sealed record Redis
{
    /// <summary>The port it listens on.</summary>
    public const int Port = 6379;

    // The image's own user, so that no entry point needs the right to become it.
    private const string ImageUser = "999:999";

    /// <summary>The service's name.</summary>
    public string Name { get; init; } = "redis";

    /// <summary>The image's tag: <c>7</c>.</summary>
    public string Version { get; init; } = "7";

    /// <summary>The image; the official one of <see cref="Version"/> when nothing is said.</summary>
    public ServiceImage? Image { get; init; }

    /// <summary>The volume of its data.</summary>
    public string Volume { get; init; } = "redis-data";

    /// <summary>How much it keeps; below the limit of its memory.</summary>
    public string MaximumMemory { get; init; } = "192mb";

    /// <summary>What is forgotten when that is not enough; the least used first when nothing is said.</summary>
    public string EvictionPolicy { get; init; } = "allkeys-lru";

    /// <summary>The host's ports that lead to it; none when nothing is said.</summary>
    public IReadOnlyList<Port>? Ports { get; init; }

    /// <summary>The networks it is in.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>What it may use.</summary>
    public ResourceLimits Limits { get; init; } = new() { Cpus = "0.5", Memory = "256M", Pids = 64 };

    /// <summary>What is said of it in the file, above it.</summary>
    public string? Comment { get; init; }

    /// <summary>The service.</summary>
    public ServiceDefinition ToServiceDefinition() => new(Name)
    {
        Image = Image ?? ServiceImage.Upstream($"docker.io/library/redis:{Version}") with { Description = $"Image of Redis {Version}" },
        Compose = new Service
        {
            Comment = Comment,
            Command =
            [
                "redis-server", "--bind", "0.0.0.0", "--protected-mode", "no",
                "--maxmemory", MaximumMemory, "--maxmemory-policy", EvictionPolicy,
            ],
            User = ImageUser,
            // -e: an answer that is an error fails the check, too; without it redis-cli ends with 0.
            Healthcheck = new Healthcheck
            {
                Test = ["CMD", "redis-cli", "-e", "ping"],
                Interval = "5s",
                Timeout = "3s",
                Retries = 5,
                StartPeriod = "30s",
                StartInterval = "250ms",
            },
            Ports = Ports,
            Networks = Networks,
            Volumes = [Mount.Volume(Volume, "/data")],
            ReadOnly = true,
            CapDrop = ["ALL"],
            SecurityOpt = ["no-new-privileges:true"],
            Deploy = new Deploy { Resources = new Resources(Limits), RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s" } },
        },
    };

    /// <summary>The service.</summary>
    public static implicit operator ServiceDefinition(Redis store) => store.ToServiceDefinition();
}
