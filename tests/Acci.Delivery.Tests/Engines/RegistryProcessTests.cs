using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Which processes the scripts take for the local registry, with a shell under the registry's name in its place.</summary>
public sealed class RegistryProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Registries_of_others_that_run_the_same_program_are_left_alone()
    {
        var (ours, others, left) = await RunAsync("registry_clean");

        Assert.Equal(others, Assert.Single(left));
        Assert.NotEqual(ours, others);
    }

    [Fact]
    public async Task A_process_id_that_another_registry_has_got_is_not_the_local_registry()
    {
        var (ours, _, answers) = await RunAsync("""
            mkdir -p "$RUN"; : >"$RUN/ready"
            for pid in $ours $others; do echo $pid >"$RUN/pid"; registry_is_up && echo $pid >>"$CACHE/up" || true; done
            end 5 $ours $others
            """, "cat \"$CACHE/up\"");

        Assert.Equal([ours], answers);
    }

    [Fact]
    public async Task The_registry_of_a_container_with_the_same_cache_is_left_alone_and_leaves_ours_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux.");
        var unshare = new Command("unshare", "--map-root-user", "--net", "true");
        Assert.SkipUnless((await CommandRunner.TryRunAsync(unshare, cancellationToken: TestContext.Current.CancellationToken)).Succeeded, "No network namespace can be made here.");

        // A machine sees the processes of its containers, under the same paths.
        var (_, others, left) = await RunAsync("""
            end 5 $others
            mkdir -p "$RUN"; echo 5600 >"$RUN/ready"; echo $ours >"$RUN/pid"
            export -f start; export LIB CACHE program
            unshare --map-root-user --net bash -c '
                . $LIB/common.sh; . $LIB/layout.sh; . $LIB/processes.sh; . $LIB/registry.sh
                registry_paths; registry_clean; start "$RUN/registry.yml"' & others=$!
            until [[ $(program_of $others) == "$program" ]]; do sleep 0.05; done
            registry_is_up || { end 5 $ours $others; echo 'the container ended ours' >&2; exit 1; }
            registry_clean
            """);

        Assert.Equal(others, Assert.Single(left));
    }

    /// <summary>Starts two registries from the same program, one of them with the local registry's configuration.</summary>
    /// <returns>Their process ids, and those the second script prints; without one, those that still run.</returns>
    private async Task<(int Ours, int Others, int[] Printed)> RunAsync(string script, string print = "for pid in $ours $others; do if alive $pid; then echo $pid; fi; done; end 5 $others")
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux.");
        var lib = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/lib");
        var output = (await CommandRunner.RunAsync(new Command("bash", "-c", $$"""
            LIB={{lib}}; CACHE={{_folder.Path}}
            . $LIB/common.sh; . $LIB/layout.sh; . $LIB/processes.sh; . $LIB/registry.sh
            registry_paths
            program=$CACHE/tools/recipe/bin/docker-registry
            mkdir -p "$(dirname "$program")"; cp "$(readlink -f "$BASH")" "$program"
            start() { exec "$program" -c 'while :; do sleep 1; done' serve "$1" </dev/null >/dev/null 2>&1; }
            start "$RUN/registry.yml" & ours=$!
            start "$CACHE/other.yml" & others=$!
            until [[ -n $(program_of $ours) && $(program_of $ours) == "$program" && $(program_of $others) == "$program" ]]; do sleep 0.05; done
            {{script}}
            echo $ours; echo $others
            {{print}}
            """), cancellationToken: TestContext.Current.CancellationToken)).StandardOutput;
        int[] ids = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => int.Parse(x, CultureInfo.InvariantCulture))];
        return (ids[0], ids[1], ids[2..]);
    }
}
