using System.Diagnostics;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.EndToEnd.Tests.Engines;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>
/// A second engine in a network and mount namespace of its own, from a copy of the private engine's programs.
/// </summary>
public sealed class EngineElsewhere : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _folder;
    private readonly Process _daemon;
    private Process? _network;

    private EngineElsewhere(TemporaryDirectory folder, EngineSetup setup)
    {
        _folder = folder;
        // Loopback first: the engine publishes ports there.
        const string script = """
            exec > "$1/log" 2>&1
            exec unshare --net --mount -- sh -c '. "$1/before.sh" && ip link set lo up && . "$1/daemon.sh"' sh "$1"
            """;
        File.WriteAllText(Path.Combine(folder.Path, "daemon.json"), setup.Configuration);
        File.WriteAllText(Path.Combine(folder.Path, "before.sh"), $"true\n{setup.Before}\n");
        File.WriteAllText(Path.Combine(folder.Path, "daemon.sh"), setup.Daemon);
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
        start.Environment["PATH"] = setup.Programs is null ? Environment["PATH"] : $"{setup.Programs}:{Environment["PATH"]}";
        _daemon = Process.Start(start)!;
    }

    /// <summary>Why none can be started here; null where one can.</summary>
    public static string? Obstacle =>
        !OperatingSystem.IsLinux() || !System.Environment.IsPrivilegedProcess ? "it takes root on Linux"
        : new[] { "unshare", "ip" }.FirstOrDefault(x => Executables.Find(x) is null) is { } missing ? $"there is no '{missing}' here"
        : !PrivateEngine.CanFetchPackages ? "it is made of the private engine's programs, which are fetched on Debian only"
        : null;

    /// <summary>The variables by which a build uses it.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>The daemon's process, whose namespaces are the engine's machine.</summary>
    public int ProcessId => _daemon.Id;

    /// <summary>A folder that is the engine's own.</summary>
    public string Folder => _folder.Path;

    public static Task<EngineElsewhere> StartAsync(CancellationToken cancellationToken) => StartAsync(new EngineSetup(), cancellationToken);

    public static async Task<EngineElsewhere> StartAsync(EngineSetup setup, CancellationToken cancellationToken)
    {
        var folder = new TemporaryDirectory();
        // A copy, because the private engine ends what runs from its own folder.
        var fetched = new Dictionary<string, string>(await new EngineScripts(CacheDirectory.Default).RunAsync("engine/fetch.sh", ["engine"], cancellationToken));
        await CommandRunner.RunAsync(new Command("cp", "-a", Path.GetDirectoryName(fetched["ENGINE_PATH"])!, Path.Combine(folder.Path, "programs")), cancellationToken: cancellationToken);
        var engine = new EngineElsewhere(folder, setup);
        try
        {
            for (var watch = Stopwatch.StartNew(); ; await Task.Delay(200, cancellationToken))
            {
                if ((await CommandRunner.TryRunAsync(engine.Docker("version"), cancellationToken: cancellationToken)).Succeeded) break;
                if (engine._daemon.HasExited || watch.Elapsed > Limit) Assert.Fail($"The second engine does not start:\n{await File.ReadAllTextAsync(Path.Combine(folder.Path, "log"), cancellationToken)}");
            }

            if (setup.HasNetwork) engine.Connect();
            return engine;
        }
        catch (Exception)
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    // A way out, as an ordinary user's programs have it: nothing of this machine's own network is changed.
    private void Connect()
    {
        var root = DebianPackages.Fetch("slirp4netns", "slirp4netns", "libslirp0");
        Assert.SkipWhen(root is null, "slirp4netns cannot be had.");
        var start = new ProcessStartInfo(Path.Combine(root, "usr/bin/slirp4netns"), ["--configure", "--mtu=65520", $"{_daemon.Id}", "tap0"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LD_LIBRARY_PATH"] = Directory.EnumerateDirectories(Path.Combine(root, "usr/lib"), "*-linux-gnu").First();
        _network = Process.Start(start)!;
    }

    /// <summary>Its power fails: the daemon, and all that it has started, are gone at once.</summary>
    public async Task KillAsync()
    {
        foreach (var name in (string[])["pid", Path.Combine("exec", "containerd", "containerd.pid")])
        {
            if (File.Exists(Path.Combine(Folder, name)))
                await CommandRunner.TryRunAsync(new Command("kill", "-9", (await File.ReadAllTextAsync(Path.Combine(Folder, name))).Trim()), cancellationToken: CancellationToken.None);
        }

        await _daemon.WaitForExitAsync();
    }

    /// <summary>A docker command at it, as a program.</summary>
    public async Task<string> WriteProgramAsync(string file, CancellationToken cancellationToken)
    {
        var variables = string.Join(' ', Environment.Where(x => x.Key.StartsWith("DOCKER_", StringComparison.Ordinal)).Select(x => $"{x.Key}={x.Value}"));
        await File.WriteAllTextAsync(file, $"#!/bin/sh\nexec env {variables} {Folder}/programs/bin/docker \"$@\"\n", cancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }

    /// <summary>What a docker command at it prints.</summary>
    public async Task<string> DockerAsync(CancellationToken cancellationToken, params string[] arguments) =>
        (await CommandRunner.RunAsync(Docker(arguments), cancellationToken: cancellationToken)).StandardOutput;

    public async ValueTask DisposeAsync()
    {
        if (_network is { HasExited: false }) _network.Kill();
        _network?.Dispose();
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
