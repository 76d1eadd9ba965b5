using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Which processes the scripts take for the private engine, with a shell under the daemon's name in its place. A container may have its cache folder at the same path.</summary>
public sealed class EngineProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_engine_in_a_container_is_not_the_one_here_and_one_in_namespaces_that_ours_made_is()
    {
        await SkipWithoutNamespacesAsync();

        var output = await RunAsync("""
            start & ours=$!
            unshare --map-root-user --pid --fork bash -c start & container=$!
            cp "$(type -P unshare)" "$rootlesskit"
            "$rootlesskit" --map-root-user --pid --fork bash -c start & nested=$!
            count() { local all; mapfile -t all < <(pgrep -f "^$program "); echo ${#all[@]}; }
            until [[ $(count) == 3 ]]; do sleep 0.05; done
            found=$(processes_from "$ENGINE" dockerd | sort -n | tr '\n' ' ')
            inner=$(pgrep -P $nested | tr '\n' ' ')
            expected=$(printf '%s\n' $ours $inner | sort -n | tr '\n' ' ')
            kill -KILL $ours $(pgrep -P $container) $inner; wait 2>/dev/null || true
            echo "$found"; echo "$expected"
            """);

        Assert.Equal(output[1], output[0]);
    }

    [Fact]
    public async Task An_engine_that_another_container_runs_in_this_cache_folder_is_left_alone_and_named()
    {
        await SkipWithoutNamespacesAsync();

        var output = await RunAsync("""
            mkdir -p "$RUN"; require_engine_is_here; echo free
            unshare --map-root-user --pid --fork bash -c 'exec 8>>"$ENGINE/alive" && flock -s 8 && start' & container=$!
            until [[ -n $(pgrep -P $container -f "^$program ") ]]; do sleep 0.05; done
            (require_engine_is_here) 2>&1 || true
            (exec 8>>"$ENGINE/alive" && flock -s 8 && start) & ours=$!
            until [[ $(program_of $ours) == "$program" ]]; do sleep 0.05; done
            require_engine_is_here; echo ours
            kill -KILL $ours $(pgrep -P $container); wait 2>/dev/null || true
            until flock -n "$ENGINE/alive" true; do sleep 0.05; done # what they had started
            require_engine_is_here; echo free
            """);

        Assert.Equal(["free", "ours", "free"], [output[0], .. output[2..]]);
        Assert.StartsWith($"error: the private engine in {_folder.Path} runs in another container", output[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_containers_of_an_engine_in_a_container_are_not_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root makes cgroups.");
        var output = await RunAsync("""
            top=/sys/fs/cgroup; [[ ! -d $top/pids ]] || top=$top/pids
            outer=$top/acci-test-$$/job
            mkdir -p "$top/$CGROUP/one" "$outer/$CGROUP/two" 2>/dev/null || { echo none; exit 0; }
            sleep 300 & ours=$!; echo $ours >"$top/$CGROUP/one/cgroup.procs"
            sleep 300 & others=$!; echo $others >"$outer/$CGROUP/two/cgroup.procs"
            containers_end
            alive $ours && echo 'ours lives' || echo 'ours is gone'
            alive $others && echo 'the other lives' || echo 'the other is gone'
            [[ -d $top/$CGROUP ]] || echo 'its cgroup is gone'
            kill -KILL $others; wait 2>/dev/null || true
            rmdir "$outer/$CGROUP/two" "$outer/$CGROUP" "$outer" "${outer%/job}"
            """);
        Assert.SkipWhen(output is ["none"], "No cgroup can be made here.");

        Assert.Equal(["ours is gone", "the other lives", "its cgroup is gone"], output);
    }

    private static async Task SkipWithoutNamespacesAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts run on Linux.");
        var unshare = new Command("unshare", "--map-root-user", "--pid", "--fork", "true");
        Assert.SkipUnless((await CommandRunner.TryRunAsync(unshare, cancellationToken: TestContext.Current.CancellationToken)).Succeeded, "No process namespace can be made here.");
    }

    /// <summary>Runs a script with the engine's functions and <c>start</c>, which becomes a process with the daemon's program.</summary>
    private async Task<string[]> RunAsync(string script)
    {
        var lib = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/lib");
        return (await CommandRunner.RunAsync(new Command("bash", "-c", $$"""
            LIB={{lib}}; CACHE={{_folder.Path}}
            for part in common recipe layout processes network engine; do . $LIB/$part.sh; done
            trap - ERR
            engine_paths
            program=$ENGINE/recipe/bin/dockerd rootlesskit=$ENGINE/recipe/bin/rootlesskit
            mkdir -p "${program%/*}"; cp "$(readlink -f "$BASH")" "$program"
            start() { exec "$program" -c 'while :; do sleep 1; done' </dev/null >/dev/null 2>&1; }
            export -f start; export program ENGINE
            {{script}}
            """), cancellationToken: TestContext.Current.CancellationToken)).StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
