using System.Diagnostics;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.EndToEnd.Tests;

/// <summary>A second engine in a network namespace of its own, from a copy of the private engine's programs, which are there when an image was published with it.</summary>
public sealed class EngineElsewhere : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _folder;
    private readonly Process _daemon;

    private EngineElsewhere(TemporaryDirectory folder)
    {
        _folder = folder;
        // Loopback first: the engine publishes ports there.
        const string script = """
            exec > "$1/log" 2>&1
            exec unshare --net -- sh -c 'ip link set lo up && exec dockerd --config-file "$1/daemon.json" --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" \
                --host "unix://$1/docker.sock" --group root --cgroup-parent "/${1##*/}"' sh "$1"
            """;
        File.WriteAllText(Path.Combine(folder.Path, "daemon.json"), """{ "features": { "containerd-snapshotter": true } }""");
        var configuration = Path.Combine(folder.Path, "docker");
        Directory.CreateDirectory(configuration);
        File.CreateSymbolicLink(Path.Combine(configuration, "cli-plugins"), Path.Combine(folder.Path, "programs", "cli-plugins"));
        Environment = new Dictionary<string, string?>
        {
            ["DOCKER_HOST"] = $"unix://{folder.Path}/docker.sock",
            ["DOCKER_CONFIG"] = configuration,
            ["PATH"] = $"{folder.Path}/programs/bin:{System.Environment.GetEnvironmentVariable("PATH")}",
        };
        var start = new ProcessStartInfo("bash", ["-c", script, "bash", folder.Path]);
        start.Environment["PATH"] = Environment["PATH"];
        _daemon = Process.Start(start)!;
    }

    /// <summary>Why none can be started here; null where one can.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() || !System.Environment.IsPrivilegedProcess ? "it takes root on Linux"
        : new[] { "unshare", "ip" }.FirstOrDefault(x => Executables.Find(x) is null) is { } missing ? $"there is no '{missing}' here"
        : Programs is null ? "the private engine does not run, whose programs it is made of"
        : null;

    /// <summary>The variables by which a build uses it.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>A folder that is the engine's own.</summary>
    public string Folder => _folder.Path;

    private static string? Programs => CacheDirectory.Default.Combine("engine", "run", "programs") is var file && File.Exists(file) ? File.ReadAllText(file).Trim() : null;

    public static async Task<EngineElsewhere> StartAsync(CancellationToken cancellationToken)
    {
        var folder = new TemporaryDirectory();
        // A copy, because the private engine ends what runs from its own folder.
        await CommandRunner.RunAsync(new Command("cp", "-a", Programs!, Path.Combine(folder.Path, "programs")), cancellationToken: cancellationToken);
        var engine = new EngineElsewhere(folder);
        try
        {
            for (var watch = Stopwatch.StartNew(); ; await Task.Delay(200, cancellationToken))
            {
                if ((await CommandRunner.TryRunAsync(engine.Docker("version"), cancellationToken: cancellationToken)).Succeeded) return engine;
                if (engine._daemon.HasExited || watch.Elapsed > Limit) Assert.Fail($"The second engine does not start:\n{await File.ReadAllTextAsync(Path.Combine(folder.Path, "log"), cancellationToken)}");
            }
        }
        catch (Exception)
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a docker command at it prints.</summary>
    public async Task<string> DockerAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await CommandRunner.RunAsync(Docker(arguments), cancellationToken: cancellationToken)).StandardOutput;

    public async ValueTask DisposeAsync()
    {
        if (!_daemon.HasExited)
        {
            // It ends its containers and unmounts what it has mounted, and then itself.
            await CommandRunner.TryRunAsync(new Command("kill", $"{_daemon.Id}"), cancellationToken: CancellationToken.None);
            using var limit = new CancellationTokenSource(Limit);
            await _daemon.WaitForExitAsync(limit.Token);
        }

        _daemon.Dispose();
        _folder.Dispose();
    }

    private Command Docker(params string[] arguments) => new(Path.Combine(_folder.Path, "programs", "bin", "docker"), arguments) { Environment = Environment };
}
