using Acci;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Environments.Stores;
using Acci.Environments.Variables;

/// <summary>The environments of the app: with published images in production, from mounted source in development.</summary>
static class AppEnvironments
{
    const string App = AppSettings.AppName, Frontend = "frontend", Backend = "backend";

    // Two connections of each replica are for its health and upkeep.
    const int UpkeepConnections = 2;

    static readonly AppSettings Defaults = new();
    static readonly DeploymentSetting DatabasePort = new("DatabasePort", "Port of this machine that leads to PostgreSQL", DeploymentValue.Port);
    static readonly DeploymentSetting RedisPort = new("RedisPort", "Port of this machine that leads to Redis", DeploymentValue.Port);
    public static readonly SettingsDefinition<AppSettings> Settings = new(AppSettings.Naming) { Read = AppSettings.Read };

    public static EnvironmentDeclaration Declaration { get; } = new()
    {
        Name = App,
        Settings = [Settings],
        Deployment = [.. DeploymentSetting.Common, DatabasePort, RedisPort],
        Define = environment => environment.Kind == EnvironmentKind.Development ? Development(environment) : Production(environment),
    };

    static EnvironmentDefinition Production(EnvironmentContext environment)
    {
        var settings = SettingsOf(environment);
        return new EnvironmentDefinition
        {
            Networks = new Dictionary<string, Network> { [Frontend] = new(), [Backend] = new() { Internal = true } },
            Services =
            [
                Told(settings) with
                {
                    Image = ServiceImage.Of(App) with
                    {
                        Description = "Image of the app, by digest; ComposeUp and DeployStack take the one that was published last",
                    },
                    Compose = new Service
                    {
                        Comment = $"The app. Each replica gets one of the ports; what checks its health is the image's own `{App} healthcheck`.",
                        User = "10001:10001",
                        DependsOn = StoresAreHealthy,
                        Healthcheck = new Healthcheck { Interval = "10s", Timeout = "5s", Retries = 3, StartPeriod = "30s", StartInterval = "500ms" },
                        Ports = [environment.Publish(settings.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
                        Networks = [Frontend, Backend],
                        ReadOnly = true,
                        CapDrop = ["ALL"],
                        SecurityOpt = ["no-new-privileges:true"],
                        StopGracePeriod = "15s",
                        Deploy = new Deploy
                        {
                            Replicas = environment.Get(DeploymentSetting.Replicas),
                            Resources = new Resources(new ResourceLimits
                            {
                                Cpus = environment.Get(DeploymentSetting.Cpus),
                                Memory = environment.Get(DeploymentSetting.Memory),
                                Pids = 256,
                            }),
                            RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s" },
                            UpdateConfig = new UpdateConfig { Parallelism = 1, Order = "start-first", FailureAction = "rollback", Monitor = "5s" },
                            RollbackConfig = new UpdateConfig { Parallelism = 1, Order = "start-first" },
                        },
                    },
                },
                DatabaseOf(environment, settings) with { Networks = [Backend], Comment = "The store. Nothing but the app reaches it." },
                new Redis { Networks = [Backend], Comment = "The cache: what does not fit is forgotten, the least used first." },
            ],
        };
    }

    static EnvironmentDefinition Development(EnvironmentContext environment)
    {
        var settings = SettingsOf(environment);
        if (environment.Number(DeploymentSetting.Replicas) is not 1 and var replicas)
            throw new DeliveryException(
                $"Environment '{environment.Name}': {environment.Title(DeploymentSetting.Replicas)} is {replicas}, " +
                "but what is built from mounted source runs once: write 1.");
        return new EnvironmentDefinition
        {
            Volumes = new Dictionary<string, Volume> { ["postgres-data"] = new(), ["redis-data"] = new() },
            Services =
            [
                Told(settings) with { Compose = SourceOf(environment, settings.Get(s => s.Server.BackendPort)) },
                DatabaseOf(environment, settings) with
                {
                    Ports = [environment.Publish(PostgreSql.Port, DatabasePort)],
                    Comment = "The store, reachable from this machine.",
                },
                new Redis { Ports = [environment.Publish(Redis.Port, RedisPort)], Comment = "The cache, reachable from this machine." },
            ],
        };
    }

    static Service SourceOf(EnvironmentContext environment, Scalar port)
    {
        const string sdk = "mcr.microsoft.com/dotnet/sdk:10.0", nothing = "/dev/null";
        var sdkImage = environment.Variable("SDK_IMAGE", "Image of the .NET SDK that development builds with", sdk, new UpstreamImage(sdk));
        var packageSources = environment.Variable(
            "NUGET_CONFIG",
            "NuGet configuration that packages are restored by, from which also their sources come",
            nothing,
            new MachineFile("nuget-config"));
        var certificates = environment.Variable(
            "CA_BUNDLE", "Certificate authorities that are believed while packages are restored", nothing, new MachineFile("ca-bundle"));
        return new Service
        {
            Comment = "The app from its source, built and loaded again whenever a file changes.",
            Build = new Acci.Environments.Specification.Build
            {
                Context = $"../images/{App}",
                Dockerfile = "Dockerfile.dev",
                Args = new Dictionary<string, Scalar> { ["SDK_IMAGE"] = sdkImage },
            },
            DependsOn = StoresAreHealthy,
            // The first start restores and compiles.
            Healthcheck = new Healthcheck
            {
                Test = ["CMD", "dotnet", $"/build/Acci/bin/Debug/net10.0/{App}.dll", "healthcheck"],
                Interval = "15s",
                Timeout = "5s",
                Retries = 10,
                StartPeriod = "5m",
                StartInterval = "2s",
            },
            Ports = [environment.Publish(port, DeploymentSetting.Ports)],
            Volumes =
            [
                Mount.Bind("../..", "/src") with { ReadOnly = true },
                Mount.Bind(packageSources, "/run/secrets/nuget-config") with { ReadOnly = true },
                Mount.Bind(certificates, "/run/secrets/ca-bundle") with { ReadOnly = true },
                Mount.Volume("nuget-packages", "/root/.nuget/packages"),
                Mount.Volume("build-output", "/build"),
            ],
            // What is compiled here is run as root: the secrets and variables of this machine's other environments are none of its business.
            Tmpfs = [$"/src/{Declaration.Folder}"],
            Init = true,
            // What ends dotnet watch at a terminal.
            StopSignal = "SIGINT",
            StopGracePeriod = "15s",
        };
    }

    // The app's own defaults, said here because the ports and the store take them too: no settings file has to repeat them.
    static ServiceSettings<AppSettings> SettingsOf(EnvironmentContext environment) => environment.Settings(Settings)
        .Set(s => s.Database.Host, "postgres")
        .Set(s => s.Database.Port, PostgreSql.Port)
        .Set(s => s.Redis.Host, "redis")
        .Set(s => s.Redis.Port, Redis.Port)
        .Default(s => s.Server.BackendPort, Defaults.Server.BackendPort)
        .Default(s => s.Database.Name, environment.Kind == EnvironmentKind.Development ? $"{Defaults.Database.Name}_dev" : Defaults.Database.Name)
        .Default(s => s.Database.User, Defaults.Database.User)
        .Require(s => s.RunMode);

    static ServiceDefinition Told(ServiceSettings<AppSettings> settings) => new(App)
    {
        Settings = [settings],
        Secrets = [settings.Secret(s => s.Database.Password)],
        HealthPath = "/health",
    };

    static IReadOnlyDictionary<string, Dependency> StoresAreHealthy { get; } = new Dictionary<string, Dependency>
    {
        ["postgres"] = Dependency.Healthy,
        ["redis"] = Dependency.Healthy,
    };

    // One replica more, for an update starts the new one before it stops the old one.
    static PostgreSql DatabaseOf(EnvironmentContext environment, ServiceSettings<AppSettings> settings) => new()
    {
        Database = settings.Get(s => s.Database.Name),
        User = settings.Get(s => s.Database.User),
        Password = settings.Secret(s => s.Database.Password),
        Connections = (environment.Number(DeploymentSetting.Replicas) + 1) * (settings.Read().Database.MaximumConnections + UpkeepConnections),
        ConnectionSettings = [environment.Title(DeploymentSetting.Replicas), settings.Title(s => s.Database.MaximumConnections)],
    };
}
