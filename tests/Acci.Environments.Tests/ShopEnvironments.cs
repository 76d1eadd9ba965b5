using System.ComponentModel;
using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Settings;

namespace Acci.Environments.Tests;

/// <summary>
/// The environments of somebody else: an app <c>shop</c> that reads its settings as Microsoft.Extensions.Configuration does, a worker built from a
/// second image, and a store that is not ready-made.
/// </summary>
internal static class ShopEnvironments
{
    private static readonly DeploymentSetting WorkerReplicas = new("WorkerReplicas", "Replicas of the worker", DeploymentValue.Replicas);

    public static readonly SettingsDefinition<ShopSettings> Settings = new(NamingRule.Configuration()) { Secrets = [s => s.Queue.Password] };

    public static EnvironmentDeclaration Declaration { get; } = new()
    {
        Name = "shop",
        Layout = new RepositoryLayout { BuildCommand = "nuke", Compose = "ops/compose", Environments = "ops/settings" },
        MainEnvironment = "live",
        Settings = [Settings],
        Deployment = [.. DeploymentSetting.Common, WorkerReplicas],
        Define = Define,
    };

    private static EnvironmentDefinition Define(EnvironmentContext environment)
    {
        var settings = environment.Settings(Settings)
            .Set(s => s.Database.Host, "postgres")
            .Set(s => s.Queue.Host, "queue")
            .Set(s => s.Log, LogStyle.OneLine)
            .Require(s => s.Database.Name);
        var (password, queue) = (settings.Secret(s => s.Database.Password), settings.Secret(s => s.Queue.Password));
        return new EnvironmentDefinition
        {
            Services =
            [
                new ServiceDefinition("shop")
                {
                    Image = ServiceImage.Of("shop"),
                    Settings = [settings],
                    Secrets = [password, queue],
                    HealthPath = "/alive",
                    Compose = new Service
                    {
                        Ports = [environment.Publish(5000, DeploymentSetting.Ports)],
                        DependsOn = new Dictionary<string, Dependency> { ["postgres"] = Dependency.Healthy, ["queue"] = Dependency.Started },
                        Deploy = new Deploy { Replicas = environment.Get(DeploymentSetting.Replicas) },
                    },
                },
                new ServiceDefinition("worker")
                {
                    Image = ServiceImage.Of("shop-worker"),
                    Settings = [settings],
                    Secrets = [password, queue],
                    Compose = new Service { Deploy = new Deploy { Replicas = environment.Get(WorkerReplicas) } },
                },
                new Stores.PostgreSql
                {
                    Version = "17",
                    Database = settings.Get(s => s.Database.Name),
                    User = "shop",
                    Password = password,
                    Volume = "shop-data",
                    Limits = new ResourceLimits { Memory = "2G" },
                },
                new ServiceDefinition("queue")
                {
                    Image = ServiceImage.Upstream("docker.io/library/rabbitmq:4"),
                    Secrets = [queue with { Target = "/etc/rabbitmq/password" }],
                    Compose = new Service { Volumes = [Mount.Volume("queue-data", "/var/lib/rabbitmq")] },
                },
            ],
        };
    }
}

/// <summary>The settings of the shop, as its author wrote them: classes with setters.</summary>
internal sealed class ShopSettings
{
    public LogStyle Log { get; set; }

    [Description("Names the shop is reached by.")]
    public List<string> Hosts { get; set; } = [];

    public ShopDatabase Database { get; set; } = new();

    public ShopQueue Queue { get; set; } = new();
}

internal sealed class ShopDatabase
{
    public string Host { get; set; } = "";

    public string Name { get; set; } = "";

    public TimeSpan Timeout { get; set; }

    [Secret]
    public string? Password { get; set; }
}

internal sealed class ShopQueue
{
    public string Host { get; set; } = "";

    public string? Password { get; set; }
}

internal enum LogStyle
{
    Plain,
    OneLine,
}
