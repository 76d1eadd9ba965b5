using Acci.Environments.Specification;

namespace Acci.Environments.Tests;

/// <summary>A compose file in which every property of every node is set at least once.</summary>
internal static class WholeModel
{
    public static ComposeFile File { get; } = new()
    {
        Name = "whole",
        Services = new Dictionary<string, Service>
        {
            ["first"] = new()
            {
                Comment = "All that a service can have.",
                Image = Scalar.Variable("FIRST_IMAGE", "first:1"),
                Build = new Build { Context = ".", Dockerfile = "Dockerfile.first", Target = "run", Args = new Dictionary<string, Scalar> { ["A"] = "1" } },
                Profiles = ["all"],
                Command = ["serve", Scalar.Variable("COMMAND", "fast"), "$HOME"],
                Entrypoint = ["/first", Scalar.Variable("ENTRYPOINT", "--on")],
                User = "1:1",
                WorkingDir = "/app",
                Environment = new Dictionary<string, Scalar> { ["NO"] = "no", ["NUMBER"] = 1, ["TRUTH"] = true },
                EnvFile = [new EnvFile("./first.env", Required: false, Format: "raw")],
                Secrets = [new FileReference("key", "KEY") { Uid = "1", Gid = "1", Mode = "0444" }],
                Configs = [new FileReference("rules", "/etc/rules")],
                DependsOn = new Dictionary<string, Dependency> { ["second"] = Dependency.Started with { Restart = true, Required = false } },
                Healthcheck = new Healthcheck { Test = ["CMD", "check", Scalar.Variable("CHECK", "all")], Interval = "10s", Timeout = "5s", Retries = 3, StartPeriod = "30s", StartInterval = "1s" },
                Ports = [new Port(80) { Published = "8080-8081", HostIp = "127.0.0.1", Protocol = "tcp", Mode = "host" }],
                Networks = ["front", "back"],
                Volumes = [Mount.Volume("data", "/data"), Mount.Anonymous("/own"), Mount.Bind("./first", "/first") with { ReadOnly = true }, Mount.Memory("/memory", 1024)],
                Tmpfs = ["/tmp", "/run:uid=1,gid=1"],
                ReadOnly = true,
                CapDrop = ["ALL"],
                CapAdd = ["CHOWN"],
                SecurityOpt = ["no-new-privileges:true"],
                ShmSize = "64m",
                Init = true,
                StopSignal = "SIGINT",
                StopGracePeriod = "15s",
                Deploy = new Deploy
                {
                    Mode = "replicated",
                    Replicas = 2,
                    EndpointMode = "vip",
                    Placement = new Placement(["node.role == worker"]),
                    Resources = new Resources(new ResourceLimits { Cpus = "0.5", Memory = "64M", Pids = 10 }),
                    RestartPolicy = new RestartPolicy("on-failure") { Delay = "2s", MaxAttempts = 3, Window = "10s" },
                    UpdateConfig = new UpdateConfig { Parallelism = 1, Delay = "1s", FailureAction = "rollback", Monitor = "5s", Order = "start-first" },
                    RollbackConfig = new UpdateConfig { Parallelism = 1 },
                },
            },
            ["second"] = new() { Image = "second", Healthcheck = new Healthcheck { Disable = true } },
        },
        Networks = new Dictionary<string, Network> { ["front"] = new() { Driver = "bridge", Attachable = true }, ["back"] = new() { Internal = true } },
        Volumes = new Dictionary<string, Volume> { ["data"] = new() { Driver = "local" }, ["old"] = new() { External = true } },
        Secrets = new Dictionary<string, FileObject> { ["key"] = new() { File = "./key" }, ["swarm"] = new() { External = true, Name = "key_1" } },
        Configs = new Dictionary<string, FileObject> { ["rules"] = new() { File = Scalar.Variable("RULES", "./rules") } },
    };
}
