using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Environments.Stores;

namespace Acci.Environments.Tests;

/// <summary>
/// The environments that most tests start from: an app <c>bakery</c> that reads its settings by <c>Acci.Settings</c>, with published images and both
/// ready-made stores in production, and from its source in development. All places are the product's defaults. <see cref="ShopEnvironments"/> has
/// what can be otherwise.
/// </summary>
internal static class BakeryEnvironments
{
    private static readonly DeploymentSetting DatabasePort =
        new("DatabasePort", "Port of this machine that leads to PostgreSQL", DeploymentValue.Port);

    private static readonly Dictionary<string, Dependency> StoresAreHealthy = new()
    {
        ["postgres"] = Dependency.Healthy,
        ["redis"] = Dependency.Healthy,
    };

    public static readonly SettingsDefinition<BakerySettings> Settings = new(BakerySettings.Naming) { Read = BakerySettings.Read };

    public static EnvironmentDeclaration Declaration { get; } = new()
    {
        Name = "bakery",
        Settings = [Settings],
        Deployment = [.. DeploymentSetting.Common, DatabasePort],
        Define = environment => environment.Kind == EnvironmentKind.Development ? Development(environment) : Production(environment),
    };

    private static EnvironmentDefinition Production(EnvironmentContext environment)
    {
        var settings = SettingsOf(environment);
        return new EnvironmentDefinition
        {
            Networks = new Dictionary<string, Network> { ["frontend"] = new(), ["backend"] = new() { Internal = true } },
            Services =
            [
                Told(settings) with
                {
                    Image = ServiceImage.Of("bakery"),
                    Compose = new Service
                    {
                        DependsOn = StoresAreHealthy,
                        Ports = [environment.Publish(settings.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
                        Networks = ["frontend", "backend"],
                        Deploy = new Deploy
                        {
                            Replicas = environment.Get(DeploymentSetting.Replicas),
                            Resources = new Resources(new ResourceLimits { Memory = environment.Get(DeploymentSetting.Memory) }),
                        },
                    },
                },
                DatabaseOf(environment, settings) with { Networks = ["backend"] },
                new Redis { Networks = ["backend"] },
            ],
        };
    }

    private static EnvironmentDefinition Development(EnvironmentContext environment)
    {
        var settings = SettingsOf(environment);
        return new EnvironmentDefinition
        {
            Services =
            [
                Told(settings) with
                {
                    Compose = new Service
                    {
                        Build = new Acci.Environments.Specification.Build { Context = "../.." },
                        DependsOn = StoresAreHealthy,
                        Ports = [environment.Publish(settings.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
                        Volumes = [Mount.Bind("../..", "/src") with { ReadOnly = true }],
                    },
                },
                DatabaseOf(environment, settings) with { Ports = [environment.Publish(PostgreSql.Port, DatabasePort)] },
                new Redis(),
            ],
        };
    }

    private static ServiceSettings<BakerySettings> SettingsOf(EnvironmentContext environment) => environment.Settings(Settings)
        .Set(s => s.Database.Host, "postgres")
        .Set(s => s.Redis.Host, "redis")
        .Require(s => s.Server.BackendPort)
        .Require(s => s.Database.Name)
        .Require(s => s.Database.User);

    private static ServiceDefinition Told(ServiceSettings<BakerySettings> settings) => new("bakery")
    {
        Settings = [settings],
        Secrets = [settings.Secret(s => s.Database.Password)],
        HealthPath = "/health",
    };

    private static PostgreSql DatabaseOf(EnvironmentContext environment, ServiceSettings<BakerySettings> settings) => new()
    {
        Database = settings.Get(s => s.Database.Name),
        User = settings.Get(s => s.Database.User),
        Password = settings.Secret(s => s.Database.Password),
        Connections = (environment.Number(DeploymentSetting.Replicas) + 1) * settings.Read().Database.MaximumConnections,
        ConnectionSettings = [environment.Title(DeploymentSetting.Replicas), settings.Title(s => s.Database.MaximumConnections)],
    };
}
