using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Containers of several Debians may share one cache, and see none of each other's processes.</summary>
public sealed class OutdatedProgramsTests : IDisposable
{
    private const string Script = """
        set -euo pipefail
        cp -r "$1" scripts
        sed -i '$d' scripts/fetch.sh
        . scripts/fetch.sh
        CACHE=$PWD RECIPE_HASH=own
        mkdir -p engine/recipe-own engine/recipe-other engine/recipe-old engine/recipe-running engine/recipe-elsewhere engine/run
        touch -d '31 days ago' engine/recipe-old engine/recipe-running engine/recipe-own engine/recipe-elsewhere
        # The machine's engine, which a container does not see.
        echo /elsewhere/engine/recipe-elsewhere >engine/run/programs
        processes_from() { [[ $1 != */recipe-running ]] || echo 1; }
        remove_outdated engine
        ls engine
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_another_container_asked_for_lately_stays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine is Linux's.");
        var scripts = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "engine");

        var run = await CommandRunner.RunAsync(
            new Command("bash", "-c", Script, "bash", scripts) { WorkingDirectory = _folder.Path }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["recipe-elsewhere", "recipe-other", "recipe-own", "recipe-running", "run"], run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
