using System.Net.Sockets;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>Finds the engine to build with: the one that answers, else the private one.</summary>
public sealed class EngineLocator(PrivateEngine privateEngine)
{
    private Task<DockerEngine?>? _running;

    /// <summary>The <c>docker</c> command that is asked; null when this machine has none.</summary>
    public string? Cli { get; init; } = Executables.Find("docker");

    /// <summary>The environment that it reads.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>How long each of its answers may take; null means as long as <see cref="DockerEngine.AnswerTime"/> says.</summary>
    public TimeSpan? AnswerTime { get; init; }

    /// <summary>Docker's plugins can be fetched where its command has none that serve.</summary>
    internal bool CanFetch { get; init; } = PrivateEngine.CanFetchPackages;

    /// <summary>Where an engine listens that nothing names. Source: docker/cli, opts/hosts_unix.go.</summary>
    internal string Socket { get; init; } = "/var/run/docker.sock";

    /// <summary>The engine.</summary>
    /// <exception cref="DeliveryException">No engine answers and the private one cannot run here, or an engine is too slow to know; the message says why and what to do.</exception>
    public async Task<DockerEngine> LocateAsync(CancellationToken cancellationToken)
    {
        if (await RunningAsync(cancellationToken) is { } running) return running;
        EnsureMayUsePrivate();
        Log.Information("No Docker engine answers: using a private one");
        return await privateEngine.StartAsync(cancellationToken);
    }

    /// <summary>The engine that runs, as it is; null where the private one would be started. Nothing is started or made.</summary>
    /// <exception cref="DeliveryException">As <see cref="LocateAsync"/> would throw.</exception>
    internal async Task<DockerEngine?> FindAsync(CancellationToken cancellationToken)
    {
        if ((await RunningAsync(cancellationToken) ?? await privateEngine.FindAsync(cancellationToken)) is { } running) return await WithFetchedBuildxAsync(running, cancellationToken);
        EnsureMayUsePrivate();
        return null;
    }

    // Looked for once: what a dry run says is what the run uses.
    private Task<DockerEngine?> RunningAsync(CancellationToken cancellationToken) => _running ??= FindUsableAsync(cancellationToken);

    private async Task<DockerEngine?> FindUsableAsync(CancellationToken cancellationToken)
    {
        var engine = await FindRunningAsync(Cli, AnswerTime, Process, cancellationToken);
        if (Cli is null && SomethingListens())
            throw new DeliveryException($"A Docker engine listens on {Socket}, but there is no 'docker' command on the PATH. Install the Docker command line.");
        return engine;
    }

    private bool SomethingListens()
    {
        if (OperatingSystem.IsWindows() || !File.Exists(Socket)) return false;
        // One that is too busy to take a connection listens, too, and is not waited for.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Socket));
            return true;
        }
        catch (SocketException exception)
        {
            // It may be this user alone who may not.
            return exception.SocketErrorCode is SocketError.AccessDenied or SocketError.WouldBlock;
        }
    }

    /// <summary>The engine with a buildx that serves, for what builds or checks.</summary>
    /// <exception cref="DeliveryException">It has none, and none can be fetched.</exception>
    internal async Task<DockerEngine> WithBuildxAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (engine is not { Lack: { } lack, Plugins: null }) return engine;
        EnsureBuildx(engine, CanFetch);
        Log.Information("{Engine:l} answers, but {Lack:l}: using ACCI's own docker-buildx", engine.ToString(), lack);
        return await engine.WithPluginsAsync(await privateEngine.FetchPluginsAsync(cancellationToken), cancellationToken);
    }

    /// <summary>The engine with a buildx that serves, where that is there or was fetched: it knows which platforms are emulated.</summary>
    internal async Task<DockerEngine> WithFetchedBuildxAsync(DockerEngine engine, CancellationToken cancellationToken) =>
        engine is { Lack: not null, Plugins: null } && await privateEngine.FindPluginsAsync(cancellationToken) is { } plugins
            ? await engine.WithPluginsAsync(plugins, cancellationToken)
            : engine;

    /// <summary>The engine with a Compose: the command's own or, on Debian, the one that is fetched for the private engine.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="mayFetch">It may be fetched now.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The engine; null where one would have to be fetched.</returns>
    /// <exception cref="DeliveryException">There is none, and none can be fetched.</exception>
    internal async Task<DockerEngine?> WithComposeAsync(DockerEngine engine, bool mayFetch, CancellationToken cancellationToken)
    {
        if (await engine.AskAsync(["compose", "version"], cancellationToken) is not null) return engine;
        if (!CanFetch) throw new DeliveryException($"{engine} answers, but '{engine.Cli}' has no compose. Install the docker-compose plugin: https://docs.docker.com/go/compose");
        var plugins = mayFetch ? await privateEngine.FetchPluginsAsync(cancellationToken) : await privateEngine.FindPluginsAsync(cancellationToken);
        if (plugins is null) return null;
        if (mayFetch) Log.Information("{Engine:l} answers, but '{Docker:l}' has no compose: using ACCI's own docker-compose", engine.ToString(), engine.Cli);
        return engine with { ComposeConfiguration = privateEngine.LinkPlugins(DockerConfig.FolderOf(Process), plugins) };
    }

    /// <summary>Makes sure that there is a buildx that serves, or can be.</summary>
    /// <exception cref="DeliveryException">There is none.</exception>
    internal static void EnsureBuildx(DockerEngine engine, bool canFetch)
    {
        if (engine is { Lack: { } lack, Plugins: null } && !canFetch)
            throw new DeliveryException($"{engine} answers, but {lack}. Install or update the docker-buildx plugin: https://docs.docker.com/go/buildx");
    }

    private void EnsureMayUsePrivate()
    {
        if (PrivateEngine.Obstacle is { } obstacle)
            throw new DeliveryException($"No Docker engine answers, and {obstacle}. Start Docker, or set DOCKER_HOST to an engine that can be reached{(PrivateEngine.CanFetchPackages ? ", or run this build as root" : "")}.");
        if (privateEngine.ProblemWithPath is { } problem) throw new DeliveryException($"No Docker engine answers, and {problem}");
    }

    /// <summary>The engine the user's own command line reaches, or null. Nothing is changed on it.</summary>
    /// <exception cref="NoAnswerException">Whether there is one is not known: the command line did not answer in time.</exception>
    /// <exception cref="DeliveryException">One is named (<c>DOCKER_HOST</c>, a context) and does not answer or cannot be asked, or this user may not use it.</exception>
    public static Task<DockerEngine?> FindRunningAsync(ProcessEnvironment environment, CancellationToken cancellationToken) =>
        FindRunningAsync(Executables.Find("docker", environment), null, environment, cancellationToken);

    private static async Task<DockerEngine?> FindRunningAsync(
        string? cli, TimeSpan? answerTime, ProcessEnvironment environment, CancellationToken cancellationToken)
    {
        if (cli is null)
        {
            return EngineRefusal.NamedBy(environment) is not var (source, named) ? null
                : throw new DeliveryException($"{source} names {named}, but there is no 'docker' command on the PATH. Install the Docker command line.");
        }

        if (await DockerEngine.FindAsync(cli, cancellationToken, answerTime, environment) is { } engine) return engine;
        var silent = new DockerEngine(cli) { Process = environment };
        if (answerTime is { } limit) silent = silent with { AnswerTime = limit };
        return await EngineRefusal.FindAsync(silent, cancellationToken) is { } refusal ? throw new DeliveryException(refusal) : null;
    }
}
