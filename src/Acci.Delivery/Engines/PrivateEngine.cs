using System.Text;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>
/// A Docker engine of ACCI's own, from the distribution's packages, below the cache folder: own socket, own network, own data; the system is not touched.
/// It is used only where no other engine answers. It runs as the user who starts it: as root, and then never beside another engine, or rootless.
/// </summary>
public sealed class PrivateEngine(EngineScripts scripts)
{
    private const string OsRelease = "/etc/os-release";

    // containerd takes 104 bytes for a socket (containerd, pkg/sys/socket_unix.go), and the longest of its own below the folder is
    // exec/containerd/containerd.sock.ttrpc.
    private const int LongestRun = 104 - 38;

    /// <summary>The environment that names the user's docker configuration.</summary>
    internal ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>Why the engine cannot run on this machine; null where it can.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() ? "the private engine runs on Linux only"
        : !CanFetchPackages ? "the private engine is made from Debian's packages, and this machine does not run Debian"
        : IsRootless ? RootlessSetup.OfMachine().Obstacle
        : null;

    /// <summary>Why the cache folder cannot be the engine's: its sockets would have paths that are too long. Null where it can.</summary>
    internal string? ProblemWithPath => Encoding.UTF8.GetByteCount(Path.Combine(RealPath.Of(scripts.Cache.ToString()), "engine", "run")) <= LongestRun
        ? null
        : $"the private engine's sockets would have paths that are too long, below {scripts.Cache}: set ACCI_CACHE to a folder whose path has at most "
            + $"{LongestRun - "/engine/run".Length} bytes.";

    /// <summary>It would run without root, because the build does.</summary>
    public static bool IsRootless => !System.Environment.IsPrivilegedProcess;

    /// <summary>Programs can be fetched from the distribution's packages: on Debian itself, because those of its relatives have other sources and other versions.</summary>
    public static bool CanFetchPackages => OperatingSystem.IsLinux() && IsDebian(OsRelease) && Executables.Find("apt-get") is not null;

    /// <summary>Fetches what is missing and starts the engine; returns at once when it runs.</summary>
    /// <exception cref="DeliveryException">It cannot be fetched or started; the message says why.</exception>
    public async Task<DockerEngine> StartAsync(CancellationToken cancellationToken)
    {
        // The tools come along, because reading the package lists is what takes the time.
        await scripts.RunAsync("engine/fetch.sh", ["engine", "tools"], cancellationToken);
        var answers = new Dictionary<string, string>(await scripts.RunAsync("engine/up.sh", [], cancellationToken));
        var docker = await CommandAsync(answers["ENGINE_PATH"], answers["DOCKER_HOST"], answers["DOCKER_CONFIG"], cancellationToken);
        PrivateConfiguration.Update(answers["DOCKER_CONFIG"], Process);
        return await DockerEngine.FindAsync(docker, cancellationToken) is { } engine
            ? engine with { Address = answers["DOCKER_HOST"], Configuration = answers["DOCKER_CONFIG"] }
            : throw new DeliveryException($"The private engine was started but does not answer; its log is {scripts.Cache.Combine("engine", "run", "dockerd.log")}.");
    }

    /// <summary>The engine, where it was started before and runs; nothing is fetched or started.</summary>
    public async Task<DockerEngine?> FindAsync(CancellationToken cancellationToken)
    {
        // Which programs it runs from is there as long as it runs.
        var programs = scripts.Cache.Combine("engine", "run", "programs");
        if (!File.Exists(programs)) return null;
        scripts.Cache.EnsureOwn("bin", "engine");
        var folder = (await File.ReadAllTextAsync(programs, cancellationToken)).Trim();
        // One that an earlier version started has no digests beside its programs; the command that goes with it is fetched when it is used.
        if (!File.Exists(Path.Combine(folder, "bin", "docker.sha256"))) return null;
        var (address, configuration) = ($"unix://{scripts.Cache.Combine("engine", "run", "docker.sock")}", scripts.Cache.Combine("engine", "docker"));
        var docker = await CommandAsync(Path.Combine(folder, "bin"), address, configuration, cancellationToken);
        return await DockerEngine.FindAsync(docker, cancellationToken) is { } engine ? engine with { Address = address, Configuration = configuration } : null;
    }

    /// <summary>Whether a docker command may run: the one in the cache as it was fetched, or not at all; any other one is the machine's.</summary>
    public async Task<bool> MayRunAsync(string docker, CancellationToken cancellationToken) =>
        docker != scripts.Cache.Combine("bin", "docker") || await FindAsync(cancellationToken) is not null;

    /// <summary>The folder of its docker command's plugins, fetched where it is not there; no engine is started.</summary>
    /// <exception cref="DeliveryException">They cannot be fetched, or are not what was fetched.</exception>
    internal async Task<string> FetchPluginsAsync(CancellationToken cancellationToken)
    {
        var programs = new Dictionary<string, string>(await scripts.RunAsync("engine/fetch.sh", ["engine"], cancellationToken))["ENGINE_PATH"];
        await EnsureIntactAsync(programs, cancellationToken);
        return PluginsBeside(programs);
    }

    /// <summary>The same, where they were fetched before; null where they would be. Nothing is fetched.</summary>
    internal async Task<string?> FindPluginsAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(scripts.Cache.Combine("engine"))) return null;
        scripts.Cache.EnsureOwn("engine");
        var programs = scripts.Cache.Combine("engine", $"recipe-{await FetchRecipe.HashAsync(cancellationToken)}", "bin");
        if (!Directory.Exists(programs)) return null;
        await EnsureIntactAsync(programs, cancellationToken);
        return PluginsBeside(programs);
    }

    /// <summary>A configuration of docker's with these plugins (<see cref="FetchedPlugins"/>).</summary>
    internal string LinkPlugins(string users, string plugins) => FetchedPlugins.Link(scripts.Cache, users, plugins);

    private async Task<string> CommandAsync(string programs, string address, string configuration, CancellationToken cancellationToken)
    {
        await EnsureIntactAsync(programs, cancellationToken);
        return Shortcut.Write(
            scripts.Cache, Path.Combine(programs, "docker"), KeyValuePair.Create("DOCKER_HOST", address), KeyValuePair.Create("DOCKER_CONFIG", configuration));
    }

    // The command and its plugins get logins; each is what was fetched.
    private static Task EnsureIntactAsync(string programs, CancellationToken cancellationToken)
    {
        var plugins = PluginsBeside(programs);
        string[] used = [Path.Combine(programs, "docker"), Path.Combine(plugins, "docker-buildx"), Path.Combine(plugins, "docker-compose")];
        return Task.WhenAll(used.Select(program => Task.Run(() => FetchedProgram.EnsureAsync(program, cancellationToken), cancellationToken)));
    }

    private static string PluginsBeside(string programs) => Path.Combine(Path.GetDirectoryName(programs)!, "cli-plugins");

    /// <summary>Stops the engine and the local registry; with <paramref name="purge"/> their data go too.</summary>
    public async Task StopAsync(bool purge, CancellationToken cancellationToken)
    {
        string[] arguments = purge ? ["--purge"] : [];
        await scripts.RunAsync("engine/registry-down.sh", arguments, cancellationToken);
        await scripts.RunAsync("engine/down.sh", arguments, cancellationToken);
    }

    /// <summary>Whether a file as os-release(5) describes it says that the machine runs Debian.</summary>
    internal static bool IsDebian(string osRelease) => File.Exists(osRelease) && File.ReadLines(osRelease).Any(line => line.Trim() is "ID=debian" or "ID=\"debian\"" or "ID='debian'");
}
