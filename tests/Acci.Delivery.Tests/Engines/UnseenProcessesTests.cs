using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>The processes of a container that is not seen from here have the number 0 in its cgroup, which means the caller's own group to kill(2).</summary>
public sealed class UnseenProcessesTests
{
    [Theory]
    [InlineData("0", "")]
    [InlineData("0 17 0 4", "kill -KILL 17 4")]
    public async Task They_are_left_alone(string listed, string killed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine is Linux's.");
        const string script = """
            . "$1/engine.sh"
            CGROUP=acci-engine-none
            find() { [[ $* != *cgroup.procs* ]] || printf '%s\n' $LISTED; }
            kill() { echo "kill $*"; }
            wait_for_end() { :; }
            containers_end
            """;
        var lib = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "engine", "lib");

        var run = await CommandRunner.RunAsync(
            new Command("bash", "-c", script, "bash", lib) { Environment = new Dictionary<string, string?> { ["LISTED"] = listed, ["LC_ALL"] = "C" } }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(killed, run.StandardOutput.Trim());
    }
}
