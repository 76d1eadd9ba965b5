using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>The engines that builds are tried on.</summary>
public static class EngineList
{
    private const string Containerd = """{ "features": { "containerd-snapshotter": true } }""";
    private const string Classic = """{ "features": { "containerd-snapshotter": false } }""";
    private const string NoStandIns = "cannot check a Dockerfile with a stand-in";
    private const string OfMadeBuilder = "^buildx_buildkit_acci-[0-9a-f]{8}0$";
    private const string NoBuilder = "cannot start a builder from docker.io/moby/buildkit:buildx-stable-1";

    /// <summary>Those that are always tried, with an image that was published before.</summary>
    public static IReadOnlyList<string> Default { get; } = ["TLS by a context", "ssh"];

    public static IReadOnlyList<EngineRow> All { get; } =
    [
        new("a socket of another namespace", (_, network, token) => PlainAsync(new EngineSetup { HasNetwork = network }, token))
        {
            Doctor = @"\(DOCKER_HOST\); containerd image store; .*does not reach 127\.0\.0\.1",
        },
        new("TLS by the environment", async (_, network, token) => WithTls(await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = network }, token)))
        {
            Doctor = @"at tcp://127\.0\.0\.1:\d+ \(DOCKER_HOST\); containerd image store",
        },
        new("TLS by a context", async (_, network, token) => await WithContextAsync(WithTls(await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = network }, token)), token))
        {
            Doctor = @"at tcp://127\.0\.0\.1:\d+ \(DOCKER_CONTEXT\); containerd image store",
        },
        new("ssh", async (_, network, token) => await WithSshAsync(await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = network }, token), token))
        {
            Doctor = @"at ssh://.*@127\.0\.0\.1:\d+ \(DOCKER_HOST\); containerd image store",
        },
        new("TLS by a context, another file system", async (checkout, network, token) => await WithContextAsync(WithTls(await EngineElsewhere.StartAsync(WithoutSight(checkout, network), token)), token))
        {
            Doctor = @"at tcp://127\.0\.0\.1:\d+ \(DOCKER_CONTEXT\); containerd image store",
            EnvironmentProblem = "does not see",
            SourceProblem = "does not see",
        },
        new("a job with the socket, the checkout at the same path", (checkout, network, token) => InJobAsync(network, engine => Job.WithSocketAsync(engine, checkout, hasVolume: false, token), token))
        {
            HasPorts = true,
            Doctor = @"at unix:///var/run/docker\.sock \(context 'default'\); containerd image store; .*does not reach 127\.0\.0\.1",
            Others = "^job$",
        },
        new("a job with the socket, the checkout in a volume", (checkout, network, token) => InJobAsync(network, engine => Job.WithSocketAsync(engine, checkout, hasVolume: true, token), token))
        {
            HasPorts = true,
            Doctor = @"at unix:///var/run/docker\.sock \(context 'default'\); containerd image store; .*does not reach 127\.0\.0\.1",
            Others = "^job$",
            EnvironmentProblem = "does not see",
            SourceProblem = "does not see",
        },
        new("Docker in Docker beside a job", (checkout, network, token) => InJobAsync(network, engine => Job.WithDockerInDockerAsync(engine, checkout, token), token))
        {
            Doctor = @"at tcp://docker:2376 \(DOCKER_HOST\); containerd image store; .*does not reach 127\.0\.0\.1",
            EnvironmentProblem = "does not see",
            SourceProblem = "does not see",
        },
        new("this machine's own engine", (checkout, network, token) => OfMachineAsync(checkout, new EngineSetup { HasNetwork = network }, token))
        {
            HasPorts = true,
            Doctor = @"at unix:///var/run/docker\.sock \(context 'default'\); containerd image store; (?!.*does not reach)",
        },
        new("this machine's own engine, with the classic store and a builder that is made", (checkout, network, token) => OfMachineAsync(checkout, new EngineSetup { HasNetwork = network, Configuration = Classic }, token, hasBuildKit: true))
        {
            HasPorts = true,
            Doctor = @"(?s)at unix:///var/run/docker\.sock \(context 'default'\); classic image store; .*Builder: .*acci-[0-9a-f]{8}",
            CheckProblem = NoStandIns,
            Others = OfMadeBuilder,
        },
        new("a builder of the user's", async (_, network, token) => await WithOwnBuilderAsync(new EngineSetup { HasNetwork = network, Configuration = Classic }, token))
        {
            Doctor = @"'mine', which is the current one \(driver docker-container\)",
            Others = "^buildx_buildkit_mine0$",
        },
        new("another file system", (checkout, network, token) => PlainAsync(WithoutSight(checkout, network), token))
        {
            Doctor = "containerd image store",
            EnvironmentProblem = "does not see",
            SourceProblem = "does not see",
        },
        new("a classic store without a builder", (_, network, token) => PlainAsync(new EngineSetup { HasNetwork = network, Configuration = Classic }, token))
        {
            Doctor = "classic image store",
            BuildProblem = NoBuilder,
            CheckProblem = NoStandIns,
        },
        new("a classic store over TLS by the environment", async (_, network, token) => WithTls(await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = network, Configuration = Classic }, token)))
        {
            Doctor = "classic image store",
            BuildProblem = NoBuilder,
            CheckProblem = NoStandIns,
        },
        new("a classic store over TLS by the environment, and a builder that is made", async (_, network, token) => await WithBuildKitAsync(WithTls(await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = network, Configuration = Classic }, token)), token))
        {
            Doctor = @"(?s)classic image store; .*Builder: .*acci-[0-9a-f]{8}",
            CheckProblem = NoStandIns,
            Others = OfMadeBuilder,
        },
        new("a classic store with a remote BuildKit", async (_, network, token) => await WithRemoteBuilderAsync(new EngineSetup { HasNetwork = network, Configuration = Classic }, token))
        {
            Doctor = @"'elsewhere', which is the current one \(driver remote\)",
        },
        new("user namespaces", async (_, network, token) => await RemappedAsync(network, token))
        {
            Doctor = "users of containers are not the machine's",
            BuildProblem = NoBuilder,
            SourceProblem = "chmod",
        },
        new("Docker Engine 20.10", async (_, _, token) => await PlainAsync(new EngineSetup { Configuration = "{}", Programs = OldPrograms() }, token))
        {
            Obstacle = () => EngineElsewhere.Obstacle ?? (OldPrograms() is null ? "Debian's docker.io 20.10 cannot be had" : null),
            Doctor = @"Docker Engine 20\.10\.\S+ is too old: version 25\.0 or later is needed",
            Refusal = "is too old",
        },
        new("Docker Engine 26.1 and buildx 0.13, as Debian 13 has them", async (_, network, token) => await WithCommandsOfDebian13Async(network, hasPlugins: true, token))
        {
            Obstacle = () => EngineElsewhere.Obstacle ?? (Debian13() is null ? "Debian 13's docker.io cannot be had" : null),
            Doctor = @"Docker Engine 26\.1\.\S+ at .*its buildx 0\.13\.1 is older than 0\.17\.0, so that images are built with ACCI's own docker-buildx;",
            // Its BuildKit is 0.13, and gets what checks from Docker Hub.
            CheckProblem = "frontend.lint",
        },
        new("Docker Engine 26.1 with neither buildx nor Compose", async (_, network, token) => await WithCommandsOfDebian13Async(network, hasPlugins: false, token))
        {
            Obstacle = () => EngineElsewhere.Obstacle ?? (Debian13() is null ? "Debian 13's docker.io cannot be had" : null),
            Doctor = @"Docker Engine 26\.1\.\S+ at .*docker' has no buildx, so that images are built with ACCI's own docker-buildx;",
            CheckProblem = "frontend.lint",
        },
        new("Podman's socket", (_, _, token) => PlainAsync(new EngineSetup { Daemon = """exec podman --root "$1/data" --runroot "$1/exec" --cgroup-manager cgroupfs system service --time=0 "unix://$1/docker.sock" """ }, token))
        {
            Obstacle = () => EngineElsewhere.Obstacle ?? (Executables.Find("podman") is null ? "podman is not installed" : null),
            Doctor = @"Podman \S+ has no BuildKit",
            Refusal = "has no BuildKit",
            Refused = ["Publish"],
        },
    ];

    private static async Task<RunningEngine> PlainAsync(EngineSetup setup, CancellationToken cancellationToken)
    {
        var engine = await EngineElsewhere.StartAsync(setup, cancellationToken);
        return new RunningEngine(engine, engine.Environment);
    }

    // It does not see the checkout.
    private static EngineSetup WithoutSight(string checkout, bool network) => new() { HasNetwork = network, Before = $"mount -t tmpfs tmpfs '{Path.GetDirectoryName(checkout)}'" };

    // A build in a container of it.
    private static async Task<RunningEngine> InJobAsync(bool hasNetwork, Func<EngineElsewhere, Task<IReadOnlyList<string>>> startAsync, CancellationToken cancellationToken)
    {
        var engine = await EngineElsewhere.StartAsync(new EngineSetup { HasNetwork = hasNetwork }, cancellationToken);
        return new RunningEngine(engine, engine.Environment) { Through = await startAsync(engine) };
    }

    // A build beside it, in its namespaces, finds it as a machine's own is found.
    private static async Task<RunningEngine> OfMachineAsync(string checkout, EngineSetup setup, CancellationToken cancellationToken, bool hasBuildKit = false)
    {
        var daemon = $"{setup.Daemon.TrimEnd()} --host unix:///run/docker.sock";
        var engine = await EngineElsewhere.StartAsync(setup with { Before = "mount -t tmpfs tmpfs /run", Daemon = daemon }, cancellationToken);
        if (hasBuildKit) await BuildKitImage.LoadAsync(engine, cancellationToken);
        var variables = new Dictionary<string, string?>(engine.Environment) { ["DOCKER_HOST"] = null, ["ACCI_CACHE"] = await Job.CopyOfCacheAsync(engine, cancellationToken) };
        return new RunningEngine(engine, variables) { Through = ["nsenter", "--net", "--mount", "--target", $"{engine.ProcessId}", "--", "env", "-C", checkout] };
    }

    private static async Task<RunningEngine> WithOwnBuilderAsync(EngineSetup setup, CancellationToken cancellationToken)
    {
        var running = await WithBuildKitAsync(await PlainAsync(setup, cancellationToken), cancellationToken);
        await running.Engine.DockerAsync(cancellationToken, "buildx", "create", "--name", "mine", "--driver", "docker-container", "--use");
        return running;
    }

    private static async Task<RunningEngine> WithBuildKitAsync(RunningEngine running, CancellationToken cancellationToken)
    {
        await BuildKitImage.LoadAsync(running.Engine, cancellationToken);
        return running;
    }

    private static RunningEngine WithTls(EngineElsewhere engine)
    {
        var certificates = Directory.CreateDirectory(Path.Combine(engine.Folder, "certificates")).FullName;
        var bridge = new TlsBridge(Path.Combine(engine.Folder, "docker.sock"), certificates);
        var variables = new Dictionary<string, string?>(engine.Environment) { ["DOCKER_HOST"] = bridge.Host, ["DOCKER_TLS_VERIFY"] = "1", ["DOCKER_CERT_PATH"] = certificates };
        return new RunningEngine(engine, variables, bridge);
    }

    private static async Task<RunningEngine> WithContextAsync(RunningEngine running, CancellationToken cancellationToken)
    {
        var (host, folder) = (running.Variables["DOCKER_HOST"], running.Variables["DOCKER_CERT_PATH"]);
        await running.Engine.DockerAsync(cancellationToken, "context", "create", "mine", "--docker", $"host={host},ca={folder}/ca.pem,cert={folder}/cert.pem,key={folder}/key.pem");
        return running with
        {
            Variables = new Dictionary<string, string?>(running.Variables) { ["DOCKER_HOST"] = null, ["DOCKER_TLS_VERIFY"] = null, ["DOCKER_CERT_PATH"] = null, ["DOCKER_CONTEXT"] = "mine" },
        };
    }

    private static async Task<RunningEngine> WithSshAsync(EngineElsewhere engine, CancellationToken cancellationToken)
    {
        var docker = $"{engine.Folder}/programs/bin/docker --host unix://{engine.Folder}/docker.sock";
        var server = await SshServer.StartAsync(docker, Path.Combine(engine.Folder, "ssh"), cancellationToken, "system dial-stdio");
        if (server is null) await engine.DisposeAsync();
        Assert.SkipWhen(server is null, "sshd is not here, and apt is not here to fetch it.");
        var variables = new Dictionary<string, string?>(engine.Environment) { ["DOCKER_HOST"] = server.Address, ["PATH"] = $"{server.Commands}:{engine.Environment["PATH"]}" };
        return new RunningEngine(engine, variables, new Ending(server));
    }

    private static async Task<RunningEngine> WithRemoteBuilderAsync(EngineSetup setup, CancellationToken cancellationToken)
    {
        var engine = await EngineElsewhere.StartAsync(setup, cancellationToken);
        var other = await EngineElsewhere.StartAsync(setup with { Configuration = Containerd }, cancellationToken);
        var command = Path.Combine(other.Folder, "docker-there");
        await File.WriteAllTextAsync(command, $"#!/bin/sh\nDOCKER_CONFIG={other.Folder}/docker exec {other.Folder}/programs/bin/docker --host unix://{other.Folder}/docker.sock \"$@\"\n", cancellationToken);
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var socket = new BuildKitSocket(command, Path.Combine(other.Folder, "buildkit.sock"));
        await engine.DockerAsync(cancellationToken, "buildx", "create", "--name", "elsewhere", "--driver", "remote", "--use", $"unix://{socket.Path}");
        return new RunningEngine(engine, engine.Environment, socket, other);
    }

    // Containers have the users of /etc/subuid, in files that are the engine's alone.
    private static async Task<RunningEngine> RemappedAsync(bool network, CancellationToken cancellationToken)
    {
        var files = Directory.CreateTempSubdirectory("remapped-");
        try
        {
            foreach (var (name, more) in ((string, string)[])[("passwd", "remapped:x:54322:54322::/nonexistent:/bin/false"), ("group", "remapped:x:54322:"), ("subuid", "remapped:2000000:65536"), ("subgid", "remapped:2000000:65536")])
            {
                var file = $"/etc/{name}";
                await File.WriteAllTextAsync(Path.Combine(files.FullName, name), $"{(File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "")}{more}\n", cancellationToken);
            }

            // The engine lies in a folder that is its owner's alone.
            var before = $"chmod 711 \"$1\"; for file in passwd group subuid subgid; do mount --bind '{files.FullName}/'$file /etc/$file || exit; done";
            return await PlainAsync(
                new EngineSetup { HasNetwork = network, Before = before, Configuration = """{ "userns-remap": "remapped", "features": { "containerd-snapshotter": true } }""" }, cancellationToken);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static string? OldPrograms()
    {
        if (DebianPackages.FetchFrom("bookworm", "docker-20.10", "docker.io", "containerd", "runc") is not { } root) return null;
        return string.Join(':', Path.Combine(root, "usr/sbin"), Path.Combine(root, "usr/bin"));
    }

    // The engine, the command and its plugins. runc is the private engine's, because it uses the machine's C library.
    private static async Task<RunningEngine> WithCommandsOfDebian13Async(bool network, bool hasPlugins, CancellationToken cancellationToken)
    {
        var root = Debian13()!;
        var programs = string.Join(':', Path.Combine(root, "usr/sbin"), Path.Combine(root, "usr/bin"));
        var running = await PlainAsync(new EngineSetup { HasNetwork = network, Configuration = Containerd, Programs = programs }, cancellationToken);
        var plugins = Path.Combine(running.Variables["DOCKER_CONFIG"]!, "cli-plugins");
        File.Delete(plugins);
        if (hasPlugins) File.CreateSymbolicLink(plugins, Path.Combine(root, "usr/libexec/docker/cli-plugins"));
        return running with { Variables = new Dictionary<string, string?>(running.Variables) { ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}" } };
    }

    private static string? Debian13() =>
        DebianPackages.FetchFrom("trixie", "docker-26.1", "docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd");

    private sealed class Ending(IDisposable what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
