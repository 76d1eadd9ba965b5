using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What the private engine's daemons get of the environment of whoever starts them, with programs in their place that write it down.</summary>
public sealed class DaemonEnvironmentTests : IDisposable
{
    private const string WriteDown = "#!/bin/sh\nenv > \"${0%/*}/environment.new\"\nmv \"${0%/*}/environment.new\" \"${0%/*}/environment\"\necho 'address already in no use' >&2\nexit 1\n";

    private static readonly Dictionary<string, string?> Callers = new()
    {
        ["REGISTRY_HTTP_DEBUG_ADDR"] = "0.0.0.0:5001", ["DOCKER_TMPDIR"] = "/nowhere", ["DOCKER_RAMDISK"] = "1", ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://localhost:4318",
        ["A_TOKEN"] = "staple-battery", ["no.identifier"] = "staple-battery", ["HTTPS_PROXY"] = "http://127.0.0.1:3128", ["LD_PRELOAD"] = "",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("acci-daemon-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_registry_gets_nothing_but_its_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/dpkg"), "The scripts run on Debian.");
        var programs = await OutputAsync($". {Script("lib/common.sh")}; LIB={Script("lib")}; . {Script("lib/layout.sh")}; CACHE={_folder} group_folder tools");
        var bin = Path.Combine(programs.Trim(), "bin");
        Place(bin, "docker-registry");
        await OutputAsync($"sha256sum < {bin}/docker-registry | cut -d' ' -f1 > {bin}/docker-registry.sha256");

        await OutputAsync($"bash {Script("registry-up.sh")} {_folder}");

        AssertOwn(bin, Path.Combine(_folder, "registry"));

        await OutputAsync($"echo '# changed' >> {bin}/docker-registry; rm {bin}/environment");
        var refused = await CommandRunner.TryRunAsync(new Command("bash", Script("registry-up.sh"), _folder), cancellationToken: TestContext.Current.CancellationToken);

        Assert.StartsWith($"error: {bin}/docker-registry is not what was fetched", refused.StandardError, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(bin, "environment")));
    }

    [Fact]
    public async Task The_engine_gets_nothing_but_its_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux.");
        var bin = Path.Combine(_folder, "bin");
        Place(bin, "dockerd");
        await OutputAsync($"cp -r {Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine")} {_folder}/scripts && sed -i '/^main /d' {_folder}/scripts/up.sh");

        await OutputAsync($". {_folder}/scripts/up.sh; ENGINE={_folder}/engine RUN={_folder} PROGRAMS={_folder}; spawn_daemon; while alive $DAEMON; do sleep 0.05; done");

        AssertOwn(bin, Path.Combine(_folder, "engine"));
    }

    private static string Script(string path) => Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine", path);

    private static void Place(string bin, string program)
    {
        Directory.CreateDirectory(bin);
        File.WriteAllText(Path.Combine(bin, program), WriteDown);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(bin, program), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void AssertOwn(string bin, string home)
    {
        var names = File.ReadAllLines(Path.Combine(bin, "environment")).ToDictionary(x => x.Split('=')[0], x => x.Split('=', 2)[1]);
        Assert.Equal((home, Path.Combine(home, "tmp"), "http://127.0.0.1:3128"), (names["HOME"], names["TMPDIR"], names["HTTPS_PROXY"]));
        Assert.True(Directory.Exists(names["TMPDIR"]));
        // The daemon outlives the shell that it was started from, and what is in the folders of its PATH may be another program by then.
        Assert.Equal($"{bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", names["PATH"]);
        // What a shell adds by itself, as the stand-in is one.
        string[] others = [.. names.Keys.Except(["PATH", "HOME", "TMPDIR", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "PWD", "OLDPWD", "SHLVL", "_"])];
        Assert.All(others, x => Assert.EndsWith("_proxy", x, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> OutputAsync(string script) =>
        (await CommandRunner.TryRunAsync(new Command("bash", "-c", script) { Environment = Callers }, cancellationToken: TestContext.Current.CancellationToken)).StandardOutput;
}
