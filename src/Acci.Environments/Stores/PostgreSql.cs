using Acci.Environments.Declarations;
using Acci.Environments.Specification;

namespace Acci.Environments.Stores;

/// <summary>
/// PostgreSQL as a service: without capabilities, on a root file system that cannot be written, its data in a volume. It takes its password when it
/// makes its data.
/// </summary>
public sealed record PostgreSql
{
    /// <summary>The port it listens on.</summary>
    public const int Port = 5432;

    // The image's own user, so that no entry point needs the right to become it.
    private const string ImageUser = "999:999";

    // What it takes when it is told nothing, and what is kept for those who look after the database.
    private const int DefaultConnections = 100, ReservedConnections = 5;

    /// <summary>The service's name.</summary>
    public string Name { get; init; } = "postgres";

    /// <summary>The image's tag: <c>15</c>.</summary>
    public string Version { get; init; } = "15";

    /// <summary>The image; the official one of <see cref="Version"/> when nothing is said.</summary>
    public ServiceImage? Image { get; init; }

    /// <summary>The database it makes.</summary>
    public required Scalar Database { get; init; }

    /// <summary>The user it makes, whose the database is.</summary>
    public required Scalar User { get; init; }

    /// <summary>The user's password.</summary>
    public required ServiceSecret Password { get; init; }

    /// <summary>Connections that its clients hold together; it takes more where that needs more than its default.</summary>
    public int Connections { get; init; }

    /// <summary>What the number of connections comes from, for people.</summary>
    public IReadOnlyList<string> ConnectionSettings { get; init; } = [];

    /// <summary>The volume of its data.</summary>
    public string Volume { get; init; } = "postgres-data";

    /// <summary>The host's ports that lead to it; none when nothing is said.</summary>
    public IReadOnlyList<Port>? Ports { get; init; }

    /// <summary>The networks it is in.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>What it may use.</summary>
    public ResourceLimits Limits { get; init; } = new() { Cpus = "1.0", Memory = "512M", Pids = 256 };

    /// <summary>Size of its shared memory.</summary>
    public string SharedMemory { get; init; } = "128m";

    /// <summary>What is said of it in the file, above it.</summary>
    public string? Comment { get; init; }

    /// <summary>The service.</summary>
    public ServiceDefinition ToServiceDefinition()
    {
        var needed = Connections + ReservedConnections;
        return new ServiceDefinition(Name)
        {
            Image = Image ?? ServiceImage.Upstream($"docker.io/library/postgres:{Version}") with { Description = $"Image of PostgreSQL {Version}" },
            Secrets = [Password],
            DataSecret = new DataSecret(Password, Volume, "PostgreSQL", "ALTER ROLE … PASSWORD …"),
            Capacity = Connections == 0
                ? null
                : new Capacity(needed, Math.Max(needed, DefaultConnections), "connections", "PostgreSQL", ConnectionSettings),
            Compose = new Service
            {
                Comment = Comment,
                Command = needed > DefaultConnections ? ["postgres", "-c", $"max_connections={needed}"] : null,
                User = ImageUser,
                Environment = new Dictionary<string, Scalar>
                {
                    ["POSTGRES_DB"] = Database,
                    ["POSTGRES_PASSWORD_FILE"] = Password.Path,
                    ["POSTGRES_USER"] = User,
                },
                Healthcheck = new Healthcheck
                {
                    // Over TCP: while it sets itself up it listens on its socket only.
                    Test = ["CMD", "pg_isready", "--quiet", "--host=127.0.0.1"],
                    Interval = "5s",
                    Timeout = "3s",
                    Retries = 5,
                    StartPeriod = "60s",
                    StartInterval = "250ms",
                },
                Ports = Ports,
                Networks = Networks,
                Volumes = [Mount.Volume(Volume, "/var/lib/postgresql/data")],
                Tmpfs = ["/run/postgresql:uid=999,gid=999", "/tmp"],
                ReadOnly = true,
                CapDrop = ["ALL"],
                SecurityOpt = ["no-new-privileges:true"],
                ShmSize = SharedMemory,
                StopGracePeriod = "1m",
                Deploy = new Deploy { Resources = new Resources(Limits), RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s" } },
            },
        };
    }

    /// <summary>The service.</summary>
    public static implicit operator ServiceDefinition(PostgreSql store) => store.ToServiceDefinition();
}
