using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>A cache folder whose path leaves no room for the sockets of the private engine is named before anything is fetched, and not after containerd did not start.</summary>
public sealed class LongCachePathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LongCachePathTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine is Linux's.");

    public void Dispose() => _folder.Dispose();

    [Theory]
    // What a real containerd takes: /srv/x…/engine/run of 68 characters started, and of 69 did not.
    [InlineData("/srv/", 68, true)]
    [InlineData("/srv/", 69, false)]
    // In bytes.
    [InlineData("/srv/ö", 68, false)]
    public async Task It_is_refused_by_name(string beginning, int length, bool fits)
    {
        var cache = new CacheDirectory($"{beginning}{new string('x', length - beginning.Length - "/engine/run".Length)}");
        var engine = new PrivateEngine(new EngineScripts(cache));

        Assert.Equal(fits, engine.ProblemWithPath is null);
        if (!fits) Assert.Contains($"below {cache}: set ACCI_CACHE to a folder whose path has at most 57 characters.", engine.ProblemWithPath, StringComparison.Ordinal);

        var lib = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "engine", "lib");
        const string script = """die() { echo "error: $1" >&2; exit 1; }; . "$1/engine.sh"; RUN=$2; require_short_path""";
        var run = await CommandRunner.TryRunAsync(
            new Command("bash", "-c", script, "bash", lib, cache.Combine("engine", "run")), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(fits, run.Succeeded);
        Assert.Equal(fits ? "" : $"error: the path of {cache}/engine/run is too long for a socket: set ACCI_CACHE to a folder with a shorter path", run.StandardError.Trim());
    }

    [Fact]
    public async Task A_dry_run_says_so_too()
    {
        Assert.SkipUnless(PrivateEngine.Obstacle is null, "The private engine does not run on this machine.");
        var locator = new EngineLocator(new PrivateEngine(new EngineScripts(new CacheDirectory(_folder.Combine(new string('x', 60)))))) { Cli = null, Process = ProcessEnvironment.Empty, Socket = "/nowhere" };

        foreach (var look in (Func<Task>[])[() => locator.FindAsync(TestContext.Current.CancellationToken), () => locator.LocateAsync(TestContext.Current.CancellationToken)])
            Assert.StartsWith("No Docker engine answers, and the private engine's sockets", (await Assert.ThrowsAsync<DeliveryException>(look)).Message, StringComparison.Ordinal);
    }
}
