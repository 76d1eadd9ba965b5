using Acci.Components;
using Acci.Environments.Declarations;
using Acci.Environments.Specification;
using Acci.Settings;

partial class Build
{
    static readonly SettingsDefinition<ShopSettings> Settings = new(NamingRule.Configuration()) { Secrets = [s => s.Store.Password] };

    EnvironmentDeclaration IHazEnvironments.Environments => new()
    {
        Name = "shop",
        Settings = [Settings],
        Define = environment =>
        {
            var settings = environment.Settings(Settings).Set(s => s.Server.BackendPort, 8080).Set(s => s.Store.Host, "store");
            var password = settings.Secret(s => s.Store.Password);
            return new()
            {
                Services =
                [
                    new("shop")
                    {
                        Image = ServiceImage.Of("shop"),
                        Settings = [settings],
                        Secrets = [password],
                        HealthPath = "/health",
                        Compose = new()
                        {
                            Ports = [environment.Publish(settings.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
                            DependsOn = new Dictionary<string, Dependency> { ["store"] = Dependency.Healthy, ["prices"] = Dependency.Completed },
                        },
                    },
                    new("prices")
                    {
                        Image = ServiceImage.Upstream("docker.io/library/redis:7"),
                        Secrets = [password],
                        Compose = new()
                        {
                            Command = ["sh", "-c", $"redis-cli -e -h store -a \"$(cat {password.Path})\" set price 2"],
                            DependsOn = new Dictionary<string, Dependency> { ["store"] = Dependency.Healthy },
                        },
                    },
                    new("stock") { Image = ServiceImage.Of("shop-stock"), Settings = [settings], Secrets = [password] },
                    new("store")
                    {
                        Image = ServiceImage.Upstream("docker.io/library/redis:7"),
                        Secrets = [password],
                        Compose = new()
                        {
                            Command = ["sh", "-c", $"exec redis-server --appendonly yes --requirepass \"$(cat {password.Path})\""],
                            Healthcheck = new() { Test = ["CMD-SHELL", "redis-cli ping | grep -q ."], Interval = "5s", StartPeriod = "30s", StartInterval = "250ms" },
                            Volumes = [Mount.Volume("store-data", "/data")],
                        },
                    },
                ],
            };
        },
    };
}
