using Acci.Environments.Specification;

namespace Acci.Environments;

/// <summary>An environment to develop in: the source is mounted, built inside, and built and loaded again when a file changes; the stores are reachable from this machine.</summary>
internal static class DevelopmentServices
{
    public const string SdkImageVariable = "ACCI_SDK_IMAGE", NuGetConfigVariable = "ACCI_NUGET_CONFIG", CertificatesVariable = "ACCI_CA_BUNDLE";
    public const string SdkImage = "mcr.microsoft.com/dotnet/sdk:10.0";
    private const string Nothing = "/dev/null";

    public static ComposeFile Of(ComposeEnvironment environment)
    {
        environment.Require(s => s.RunMode).Require(s => s.Server.BackendPort);
        if (environment.Deployment.Replicas != 1) throw new DeliveryException($"Environment '{environment.Name}': {DeploymentSetting.Replicas.Key} is {environment.Deployment.Replicas}, but what is built from mounted source runs once: write 1.");
        Stores.Tell(environment);
        return new ComposeFile
        {
            Name = $"acci-{environment.Name}",
            Services = new Dictionary<string, Service>
            {
                [EnvironmentModel.App] = AppOf(environment),
                [Stores.Postgres] = Stores.PostgresOf(environment) with { Comment = "The store, reachable from this machine." },
                [Stores.Redis] = Stores.RedisOf(environment) with { Comment = "The cache, reachable from this machine." },
            },
            Volumes = new Dictionary<string, Volume>(Stores.Volumes) { ["nuget-packages"] = new(), ["build-output"] = new() },
            Secrets = new Dictionary<string, FileObject> { [Stores.PasswordSecret] = environment.Secret(s => s.Database.Password) },
        };
    }

    private static Service AppOf(ComposeEnvironment environment) => new()
    {
        Comment = "The app from its source, built and loaded again whenever a file changes.",
        Build = new Build
        {
            Context = "../images/acci",
            Dockerfile = "Dockerfile.dev",
            Args = new Dictionary<string, Scalar> { ["SDK_IMAGE"] = environment.Variable(SdkImageVariable, "Image of the .NET SDK that development builds with", SdkImage) },
        },
        Environment = environment.Environment,
        Secrets = [Stores.Password],
        DependsOn = Stores.Healthy,
        // The first start restores and compiles.
        Healthcheck = new Healthcheck
        {
            Test = ["CMD", "dotnet", "/build/Acci/bin/Debug/net10.0/acci.dll", "healthcheck"],
            Interval = "15s",
            Timeout = "5s",
            Retries = 10,
            StartPeriod = "5m",
            StartInterval = "2s",
        },
        Ports = [Stores.PortOf(environment, environment.Get(s => s.Server.BackendPort), DeploymentSetting.Ports)],
        Volumes =
        [
            Mount.Bind("../..", "/src") with { ReadOnly = true },
            Mount.Bind(environment.Variable(NuGetConfigVariable, "NuGet configuration that packages are restored by, from which also their sources come", Nothing), "/run/secrets/nuget-config") with { ReadOnly = true },
            Mount.Bind(environment.Variable(CertificatesVariable, "Certificate authorities that are believed while packages are restored", Nothing), "/run/secrets/ca-bundle") with { ReadOnly = true },
            Mount.Volume("nuget-packages", "/root/.nuget/packages"),
            Mount.Volume("build-output", "/build"),
        ],
        // What is compiled here is run as root: the secrets and variables of this machine's other environments are none of its business.
        Tmpfs = [$"/src/{EnvironmentModel.Folder}"],
        Init = true,
        // What ends dotnet watch at a terminal.
        StopSignal = "SIGINT",
        StopGracePeriod = "15s",
    };
}
