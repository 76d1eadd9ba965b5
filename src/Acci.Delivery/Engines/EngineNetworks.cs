using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json;

namespace Acci.Delivery.Engines;

/// <summary>
/// Whether this build is a container of an engine: then one of the engine's containers has an interface with the addresses of one that is here.
/// </summary>
internal static class EngineNetworks
{
    /// <summary>The gateway of the network that the build is in, which is the engine's machine; null where it is in none.</summary>
    public static async Task<string?> GatewayAsync(DockerEngine engine, IEnumerable<NetworkInterface> interfaces, CancellationToken cancellationToken)
    {
        var list = await engine.AskAsync(["network", "ls", "--quiet", "--no-trunc"], cancellationToken) ?? "";
        var ids = list.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (ids.Length == 0 || await engine.AskAsync(["network", "inspect", .. ids], cancellationToken) is not { } networks) return null;
        return GatewayOf(networks, interfaces.SelectMany(AddressesOf).ToHashSet());
    }

    /// <summary>The gateway of the network in which a container has one of these pairs of MAC and IP address.</summary>
    /// <param name="networks">What <c>docker network inspect</c> says.</param>
    /// <param name="own">The pairs: <c>0242AC110002</c> and <c>172.17.0.2</c>.</param>
    internal static string? GatewayOf(string networks, IReadOnlySet<(string Mac, string Address)> own)
    {
        try
        {
            using var document = JsonDocument.Parse(networks);
            // Those of other drivers, as overlay and macvlan, are no addresses of the engine's machine.
            return document.RootElement.EnumerateArray()
                .Where(network => Text(network, "Driver") == "bridge" && HasOwn(network))
                .SelectMany(network => network.GetProperty("IPAM").GetProperty("Config").EnumerateArray())
                .Select(x => Text(x, "Gateway")).FirstOrDefault(IsIPv4);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }

        static bool IsIPv4(string address) => IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork;

        bool HasOwn(JsonElement network) => network.TryGetProperty("Containers", out var containers)
            && containers.ValueKind == JsonValueKind.Object && containers.EnumerateObject().Any(x => own.Contains((MacOf(x.Value), AddressOf(x.Value))));

        static string MacOf(JsonElement container) => Text(container, "MacAddress").Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();

        static string AddressOf(JsonElement container) => Text(container, "IPv4Address").Split('/')[0];
    }

    private static IEnumerable<(string Mac, string Address)> AddressesOf(NetworkInterface x) =>
        from address in x.GetIPProperties().UnicastAddresses
        where address.Address.AddressFamily == AddressFamily.InterNetwork
        select (x.GetPhysicalAddress().ToString(), address.Address.ToString());

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";
}
