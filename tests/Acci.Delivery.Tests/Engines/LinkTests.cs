using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What the engine's scripts find out of the network that they run in.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task The_size_of_packets_is_that_of_the_link_to_the_outside_in_this_network()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has a network of its own.");
        var library = Path.Combine(SourceTree.Root, "src/Acci.Delivery/Engines/Scripts/engine/lib/network.sh");
        // In a network that is entered without files of its own, /sys/class/net shows the links of another one.
        var line = "ip link add outside mtu 1234 type veth peer name inside && ip addr add 192.0.2.1/24 dev outside && ip link set outside up && "
            + $"ip route add default via 192.0.2.2 && set -euo pipefail && source '{library}' && link_mtu && ip route del default && link_mtu";

        var result = await CommandRunner.RunAsync(new Command("unshare", "--net", "bash", "-c", line), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["1234", "1500"], result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
