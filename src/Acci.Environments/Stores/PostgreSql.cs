using System.Globalization;
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

    // What it takes when it is told nothing, and what is kept for those who look after the database.
    private const int DefaultConnections = 100, ReservedConnections = 5;

    /// <summary>The service's name.</summary>
    public string Name { get; init; } = "postgres";

    /// <summary>The image's tag: <c>15</c>, <c>18-alpine</c>.</summary>
    public string Version { get; init; } = "15";

    /// <summary>
    /// The image; the official one of <see cref="Version"/> when nothing is said. One that is not called <c>postgres</c>, or has no version in its tag, needs
    /// <see cref="DataFolder"/> and <see cref="RunsAs"/>.
    /// </summary>
    public ServiceImage? Image { get; init; }

    /// <summary>The folder that its volume is mounted at; the one of the official image's version when nothing is said.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The image's own user and group, so that no entry point needs the right to become it; those of the official image when nothing is said: <c>999:999</c>.</summary>
    public string? RunsAs { get; init; }

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
    /// <exception cref="DeliveryException">It is not known where the image has its data, or who it runs as.</exception>
    public ServiceDefinition ToServiceDefinition()
    {
        var known = PostgreSqlImage.Find(Image, Version);
        var (folder, user) = (DataFolder ?? known?.DataFolder, RunsAs ?? known?.RunsAs);
        if (folder is null || user is null)
            throw new DeliveryException(
                $"The service '{Name}': it is not known where PostgreSQL's image {Image?.Reference ?? Image?.Own ?? $"postgres:{Version}"} has its data, and who it runs as. " +
                $"Name a version by its number, as in 17 or 18-alpine, or say {nameof(DataFolder)} and {nameof(RunsAs)}.");
        if (user.Split(':') is not [var uid, var gid] || !IsNumber(uid) || !IsNumber(gid))
            throw new DeliveryException($"The service '{Name}': {nameof(RunsAs)} is '{user}'; write the numbers of the user and the group, as in 999:999.");
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
                User = user,
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
                Volumes = [Mount.Volume(Volume, folder)],
                Tmpfs = [$"/run/postgresql:uid={uid},gid={gid}", "/tmp"],
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

    // Without blanks and signs, which docker does not take.
    private static bool IsNumber(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
