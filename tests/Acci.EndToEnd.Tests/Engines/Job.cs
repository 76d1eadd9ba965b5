using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests.Engines;

/// <summary>A CI server's job: a container in which a build runs, and which is given an engine.</summary>
internal static class Job
{
    private const string Name = "job";

    /// <summary>Where the checkout is, if it is in a volume.</summary>
    private const string InVolume = "/builds/acci";

    /// <summary>Starts a job that is given the engine by which it runs itself.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="checkout">The checkout.</param>
    /// <param name="hasVolume">The checkout is in a volume, and not in a folder of the same path as on the engine's machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The command that runs a build in it.</returns>
    public static Task<IReadOnlyList<string>> WithSocketAsync(EngineElsewhere engine, string checkout, bool hasVolume, CancellationToken cancellationToken) =>
        StartAsync(engine, checkout, hasVolume ? InVolume : checkout, [], ["--volume", $"{engine.Folder}/docker.sock:/var/run/docker.sock"], cancellationToken);

    /// <summary>Starts a job that is given an engine in a container beside it, over TLS.</summary>
    /// <returns>The command that runs a build in it.</returns>
    public static async Task<IReadOnlyList<string>> WithDockerInDockerAsync(EngineElsewhere engine, string checkout, CancellationToken cancellationToken)
    {
        const string network = "ci";
        const string host = "docker";
        var (server, client) = (Path.Combine(engine.Folder, "certificates", "server"), Path.Combine(engine.Folder, "certificates", "client"));
        var certificates = new Certificates();
        certificates.Write(server, certificates.Issue(host));
        certificates.Write(client, certificates.Issue("client"));
        await engine.DockerAsync(cancellationToken, "network", "create", network);
        string[] daemon =
        [
            "dockerd", "--data-root", "/var/lib/docker", "--exec-root", "/run/docker", "--pidfile", "/run/docker.pid", "--feature", "containerd-snapshotter", "--group", "root",
            "--host", "tcp://0.0.0.0:2376", "--tlsverify", "--tlscacert", "/certs/ca.pem", "--tlscert", "/certs/cert.pem", "--tlskey", "/certs/key.pem",
        ];
        string[] options = ["--privileged", "--network", network, "--volume", "data:/var/lib/docker", "--volume", $"{server}:/certs:ro", "--env", $"PATH={engine.Environment["PATH"]}"];
        await MachineContainer.StartAsync(engine, host, options, daemon, cancellationToken);
        string[] variables = [$"DOCKER_HOST=tcp://{host}:2376", "DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH=/certs"];
        return await StartAsync(engine, checkout, InVolume, variables, ["--network", network, "--volume", $"{client}:/certs:ro"], cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> StartAsync(
        EngineElsewhere engine, string checkout, string place, IReadOnlyList<string> variables, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        // The clone shares its objects with a repository that is not in the container.
        await SharedClone.DetachAsync(checkout, cancellationToken);
        var cache = await CopyOfCacheAsync(engine, cancellationToken);
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.GetDirectoryName(checkout)!;
        string[] mounts = [$"{cache}:{cache}", $"{packages}:{packages}", place == checkout ? $"{folder}:{folder}" : $"{folder}:/from:ro", .. place == checkout ? [] : (string[])["builds:/builds"]];
        await MachineContainer.StartAsync(engine, Name, [.. mounts.SelectMany(x => new[] { "--volume", x }), .. options], ["sleep", "infinity"], cancellationToken);
        if (place != checkout) await engine.DockerAsync(cancellationToken, "exec", Name, "cp", "-a", $"/from/{Path.GetFileName(checkout)}", place);

        string[] own = ["HOME", "USER", "TMPDIR", "HOSTNAME", "PWD", "CI", "PATH"];
        string[] prefixes = ["XDG_", "ACCI_", "DOCKER_", "GITHUB_", "ACTIONS_", "RUNNER_"];
        var taken = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(x => !own.Contains(x) && !prefixes.Any(y => x.StartsWith(y, StringComparison.Ordinal)));
        string[] all =
        [
            .. taken, "COMPOSE_PROJECT_NAME", $"HOME={MachineContainer.Home}", $"PATH={engine.Environment["PATH"]}", $"ACCI_CACHE={cache}", $"NUGET_PACKAGES={packages}", .. variables,
        ];
        return [Path.Combine(engine.Folder, "programs", "bin", "docker"), "exec", "--workdir", place, .. all.SelectMany(x => new[] { "--env", x }), Name];
    }

    /// <summary>What a build need not fetch or make again, for a build that is on another machine than the private engine.</summary>
    public static async Task<string> CopyOfCacheAsync(EngineElsewhere engine, CancellationToken cancellationToken)
    {
        var cache = Path.Combine(engine.Folder, "cache");
        foreach (var folder in (string[])["", "engine", "tools"])
            Directory.CreateDirectory(Path.Combine(cache, folder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var fetched = new[] { "engine", "tools" }.SelectMany(x => Directory.GetDirectories(CacheDirectory.Default.Combine(x), "recipe-*").Select(y => (From: y, To: Path.Combine(cache, x))));
        foreach (var (from, to) in fetched.Append((CacheDirectory.Default.Combine("stand-ins"), cache)))
            await CommandRunner.RunAsync(new Command("cp", "-a", from, to), cancellationToken: cancellationToken);
        return cache;
    }
}
