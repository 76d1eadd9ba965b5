using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>IP forwarding after the private engine is gone, in a network of the test's own.</summary>
public sealed class ForwardingTests : IDisposable
{
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData("0", "1", "IP forwarding, which the engine switched on, stays on")]
    [InlineData("1", "1", "")]
    [InlineData("0", "0", "")]
    public async Task What_another_engine_or_a_VPN_relies_on_by_now_stays(string before, string now, string said)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has a network of its own.");
        Directory.CreateDirectory(_cache.Combine("engine"));
        var down = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/down.sh");
        var line = $"echo {now} > {Forwarding} && echo {before} > '{_cache.Combine("engine", "ip_forward")}' && bash '{down}' '{_cache.Path}' && cat {Forwarding}";

        var result = await CommandRunner.RunAsync(new Command("unshare", "--net", "bash", "-c", line), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(now, result.StandardOutput.Trim());
        if (said.Length == 0) Assert.DoesNotContain("forwarding", result.StandardError, StringComparison.Ordinal);
        else Assert.Contains(said, result.StandardError, StringComparison.Ordinal);
    }
}
