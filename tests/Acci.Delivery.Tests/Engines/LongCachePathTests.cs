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
    // A real containerd, 2.1.9, starts where /srv/x…/engine/run has 66 bytes, and does not where it has 67.
    [InlineData("/srv/", 66, true)]
    [InlineData("/srv/", 67, false)]
    [InlineData("/srv/ö", 66, false)]
    public async Task It_is_refused_by_name(string beginning, int length, bool fits)
    {
        var cache = new CacheDirectory($"{beginning}{new string('x', length - beginning.Length - "/engine/run".Length)}");
        var engine = new PrivateEngine(new EngineScripts(cache));

        Assert.Equal(fits, engine.ProblemWithPath is null);
        if (!fits) Assert.Contains($"below {cache}: set ACCI_CACHE to a folder whose path has at most 55 bytes.", engine.ProblemWithPath, StringComparison.Ordinal);

        var lib = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "engine", "lib");
        const string script = """die() { echo "error: $1" >&2; exit 1; }; . "$1/engine.sh"; CACHE=$2 RUN=$2/engine/run; require_short_path""";
        var run = await CommandRunner.TryRunAsync(
            new Command("bash", "-c", script, "bash", lib, cache.ToString()), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(fits, run.Succeeded);
        Assert.Equal(fits ? "" : $"error: {engine.ProblemWithPath?.TrimEnd('.')}", run.StandardError.Trim());
    }

    // As the scripts measure it.
    [Fact]
    public void Links_and_a_relative_path_count_as_what_they_lead_to()
    {
        var (long_, short_) = (_folder.Combine(new string('x', 60)), _folder.Combine("s"));
        foreach (var target in (string[])[long_, short_]) Directory.CreateDirectory(target);
        Directory.CreateSymbolicLink(_folder.Combine("to-long"), long_);
        Directory.CreateSymbolicLink(Path.Combine(long_, "to-short"), short_);
        var isShort = RealPath.Of(short_).Length <= 55;

        Directory.CreateSymbolicLink(_folder.Combine("circle"), _folder.Combine("circle"));

        Assert.EndsWith("circle", RealPath.Of(_folder.Combine("circle")), StringComparison.Ordinal);
        Assert.NotNull(new PrivateEngine(new EngineScripts(new CacheDirectory(_folder.Combine("to-long")))).ProblemWithPath);
        Assert.Equal(isShort, new PrivateEngine(new EngineScripts(new CacheDirectory(Path.Combine(long_, "to-short")))).ProblemWithPath is null);
        Assert.NotNull(new PrivateEngine(new EngineScripts(new CacheDirectory(Path.GetRelativePath(Environment.CurrentDirectory, long_)))).ProblemWithPath);
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
