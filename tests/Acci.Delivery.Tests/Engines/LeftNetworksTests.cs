using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What becomes of the bridges of an engine that is gone, in a network of the test's own.</summary>
public sealed class LeftNetworksTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task Those_of_its_networks_go_because_the_next_start_would_take_another_subnet_and_those_of_others_stay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Executables.Find("ip") is not null, "Only root has a network of its own.");
        Directory.CreateDirectory(_cache.Combine("engine", "data", "network", "files"));
        await File.WriteAllTextAsync(_cache.Combine("engine", "data", "network", "files", "local-kv.db"), """{"id":"7bf559da319c5f0a","networkType":"ipvlan"}""", TestContext.Current.CancellationToken);
        var down = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/down.sh");
        const string add = "add() { ip link add $1 type bridge && ip addr add $2 dev $1; }; "
            + "add br-7bf559da319c 10.90.128.1/24; add br-0123456789ab 10.90.129.1/24; add br-lan 10.90.130.1/24; add br- 10.90.131.1/24";

        var result = await CommandRunner.RunAsync(
            new Command("unshare", "--net", "bash", "-c", $"{add}; bash '{down}' '{_cache.Path}' && ip -4 -o addr show"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.DoesNotContain("br-7bf559da319c", result.StandardOutput, StringComparison.Ordinal);
        foreach (var other in (string[])["br-0123456789ab ", "br-lan ", "br- "]) Assert.Contains(other, result.StandardOutput, StringComparison.Ordinal);
    }
}
