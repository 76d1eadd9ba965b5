using Acci.Environments.Specification;
using Acci.Settings;

namespace Acci.Environments;

/// <summary>PostgreSQL and Redis, as every environment has them: without capabilities, on a root file system that cannot be written, their data in volumes.</summary>
internal static class Stores
{
    public const string Postgres = "postgres", Redis = "redis";
    public const string PasswordSecret = "database-password";
    public const string PostgresVolume = "postgres-data", RedisVolume = "redis-data";
    public const string PostgresImageVariable = "ACCI_POSTGRES_IMAGE", RedisImageVariable = "ACCI_REDIS_IMAGE";
    public const string PostgresImage = "docker.io/library/postgres:15", RedisImage = "docker.io/library/redis:7";

    // Both images' own user, so that no entry point needs the right to become it.
    private const string ImageUser = "999:999";
    private const int PostgresPort = 5432, RedisPort = 6379;

    public static IReadOnlyDictionary<string, Volume> Volumes { get; } = new Dictionary<string, Volume> { [PostgresVolume] = new(), [RedisVolume] = new() };

    /// <summary>What the app is told of them, and what it waits for.</summary>
    public static void Tell(ComposeEnvironment environment) => environment
        .Set(s => s.Database.Host, Postgres)
        .Set(s => s.Database.Port, PostgresPort)
        .Set(s => s.Redis.Host, Redis)
        .Set(s => s.Redis.Port, RedisPort)
        .Require(s => s.Database.Name)
        .Require(s => s.Database.User);

    /// <summary>Connections that PostgreSQL takes when it is told nothing.</summary>
    public const int DefaultConnections = 100;

    // Two of each replica are for its health and upkeep; some are for those who look after the database.
    private const int Upkeep = 2, Reserve = 5;

    /// <summary>Connections that PostgreSQL has to take: those of all replicas, with one more while an update is under way.</summary>
    public static int ConnectionsOf(ComposeEnvironment environment) => (environment.Deployment.Replicas + 1) * (environment.ReadApp().Database.MaximumConnections + Upkeep) + Reserve;

    public static IReadOnlyDictionary<string, Dependency> Healthy { get; } = new Dictionary<string, Dependency> { [Postgres] = Dependency.Healthy, [Redis] = Dependency.Healthy };

    /// <summary>The password, under the name by which the app finds it.</summary>
    public static FileReference Password { get; } = new(PasswordSecret, SettingName.Of((AppSettings s) => s.Database.Password, AppSettings.Naming).EnvironmentVariable);

    public static Service PostgresOf(ComposeEnvironment environment, IReadOnlyList<string>? networks = null) => new()
    {
        Image = environment.Variable(PostgresImageVariable, "Image of PostgreSQL 15", PostgresImage),
        Command = ConnectionsOf(environment) is > DefaultConnections and var connections ? ["postgres", "-c", $"max_connections={connections}"] : null,
        User = ImageUser,
        Environment = new Dictionary<string, Scalar>
        {
            ["POSTGRES_DB"] = environment.Get(s => s.Database.Name),
            ["POSTGRES_PASSWORD_FILE"] = $"/run/secrets/{Password.Target}",
            ["POSTGRES_USER"] = environment.Get(s => s.Database.User),
        },
        Secrets = [Password],
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
        Ports = environment.Deployment.DatabasePort is null ? null : [PortOf(environment, PostgresPort, DeploymentSetting.DatabasePort)],
        Networks = networks,
        Volumes = [Mount.Volume(PostgresVolume, "/var/lib/postgresql/data")],
        Tmpfs = ["/run/postgresql:uid=999,gid=999", "/tmp"],
        ReadOnly = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true"],
        ShmSize = "128m",
        StopGracePeriod = "1m",
        Deploy = Limits("1.0", "512M", 256),
    };

    public static Service RedisOf(ComposeEnvironment environment, IReadOnlyList<string>? networks = null) => new()
    {
        Image = environment.Variable(RedisImageVariable, "Image of Redis 7", RedisImage),
        Command = ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--maxmemory", "192mb", "--maxmemory-policy", "allkeys-lru"],
        User = ImageUser,
        // -e: an answer that is an error fails the check, too; without it redis-cli ends with 0.
        Healthcheck = new Healthcheck { Test = ["CMD", "redis-cli", "-e", "ping"], Interval = "5s", Timeout = "3s", Retries = 5, StartPeriod = "30s", StartInterval = "250ms" },
        Ports = environment.Deployment.RedisPort is null ? null : [PortOf(environment, RedisPort, DeploymentSetting.RedisPort)],
        Networks = networks,
        Volumes = [Mount.Volume(RedisVolume, "/data")],
        ReadOnly = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true"],
        Deploy = Limits("0.5", "256M", 64),
    };

    public static Port PortOf(ComposeEnvironment environment, Scalar target, DeploymentSetting published) =>
        new(target) { Published = environment.Get(published), HostIp = environment.Get(DeploymentSetting.BindAddress), Protocol = "tcp" };

    private static Deploy Limits(string cpus, string memory, int processes) => new()
    {
        Resources = new Resources(new ResourceLimits { Cpus = cpus, Memory = memory, Pids = processes }),
        RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s" },
    };
}
