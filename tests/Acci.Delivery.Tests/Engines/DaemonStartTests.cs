using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>A daemon that ends at its start, though nothing is wrong with it, is started again.</summary>
public sealed class DaemonStartTests : IDisposable
{
    private const string Start = """
        set -euo pipefail
        cp -r "$1" scripts
        sed -i '$d' scripts/up.sh
        . scripts/up.sh
        ENGINE=$PWD RUN=$PWD problem=$2 failures=$3 tries=0
        spawn_daemon() { tries=$((tries + 1)); if ((tries <= failures)); then echo "$problem" >dockerd.log; else : >dockerd.log; fi; }
        wait_until_ready() { ((tries > failures)); }
        engine_clean() { echo "cleaned after $tries"; }
        start_daemon
        echo "started after $tries"
        """;

    private readonly TemporaryFolder _folder = new();

    public DaemonStartTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine is Linux's.");

    public void Dispose() => _folder.Dispose();

    [Theory]
    // dockerd gives containerd 15 seconds (moby, libcontainerd/supervisor, startupTimeout), and a machine may be too busy for that.
    [InlineData("failed to start containerd: timeout waiting for containerd to start", 1, true)]
    [InlineData("failed to start daemon, ensure docker is not running or delete docker.pid: process with PID 4711 is still running", 2, true)]
    [InlineData("failed to start containerd: timeout waiting for containerd to start", 3, false)]
    [InlineData("failed to start daemon: no space left on device", 1, false)]
    public async Task Only_what_may_pass_is_tried_again(string problem, int failures, bool starts)
    {
        var scripts = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "engine");

        var run = await CommandRunner.TryRunAsync(
            new Command("bash", "-c", Start, "bash", scripts, problem, $"{failures}") { WorkingDirectory = _folder.Path }, cancellationToken: TestContext.Current.CancellationToken);

        if (starts) Assert.Equal($"started after {failures + 1}", run.StandardOutput.Trim());
        else Assert.Contains($"the private engine does not start: {problem}", run.StandardError, StringComparison.Ordinal);
        Assert.Equal(starts, run.Succeeded);
    }
}
