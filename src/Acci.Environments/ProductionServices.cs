using Acci.Environments.Specification;

namespace Acci.Environments;

/// <summary>An environment that serves users: the published image, several times, the stores on a network of their own.</summary>
internal static class ProductionServices
{
    public const string ImageVariable = "ACCI_IMAGE";
    private const string Frontend = "frontend", Backend = "backend";

    public static ComposeFile Of(ComposeEnvironment environment)
    {
        environment.Require(s => s.RunMode).Require(s => s.Server.BackendPort);
        Stores.Tell(environment);
        var image = environment.RequiredVariable(
            ImageVariable, "Image of the app, by digest; ComposeUp and DeployStack take the one that was published last", "run ./build.sh Publish, or name an image by its digest");
        var app = AppOf(environment, image);
        return new ComposeFile
        {
            Name = $"acci-{environment.Name}",
            Services = new Dictionary<string, Service>
            {
                [EnvironmentModel.App] = app,
                [Stores.Postgres] = Stores.PostgresOf(environment, [Backend]) with { Comment = "The store. Nothing but the app reaches it." },
                [Stores.Redis] = Stores.RedisOf(environment, [Backend]) with { Comment = "The cache: what does not fit is forgotten, the least used first." },
            },
            Networks = new Dictionary<string, Network> { [Frontend] = new(), [Backend] = new() { Internal = true } },
            Volumes = Stores.Volumes,
            Secrets = new Dictionary<string, FileObject> { [Stores.PasswordSecret] = environment.Secret(s => s.Database.Password) },
        };
    }

    private static Service AppOf(ComposeEnvironment environment, Scalar image) => new()
    {
        Comment = "The app. Each replica gets one of the ports; what checks its health is the image's own `acci healthcheck`.",
        Image = image,
        User = "10001:10001",
        Environment = environment.Environment,
        Secrets = [Stores.Password],
        DependsOn = Stores.Healthy,
        Healthcheck = new Healthcheck { Interval = "10s", Timeout = "5s", Retries = 3, StartPeriod = "30s", StartInterval = "500ms" },
        Ports = [Stores.PortOf(environment, environment.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
        Networks = [Frontend, Backend],
        ReadOnly = true,
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges:true"],
        StopGracePeriod = "15s",
        Deploy = new Deploy
        {
            Replicas = environment.Get(DeploymentSetting.Replicas),
            Resources = new Resources(new ResourceLimits { Cpus = environment.Get(DeploymentSetting.Cpus), Memory = environment.Get(DeploymentSetting.Memory), Pids = 256 }),
            RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s" },
            UpdateConfig = new UpdateConfig { Parallelism = 1, Order = "start-first", FailureAction = "rollback", Monitor = "5s" },
            RollbackConfig = new UpdateConfig { Parallelism = 1, Order = "start-first" },
        },
    };
}
