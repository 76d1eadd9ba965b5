using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Generation;

namespace Acci.Delivery.Engines;

/// <summary>
/// The docker configuration of the private engine's command, which is not the user's: of that it has what docker gives to containers, and to the steps of a build, as their
/// proxies. Source: Docker's documentation, "Use a proxy server with the Docker CLI".
/// </summary>
internal static class PrivateConfiguration
{
    private const string Proxies = "proxies";

    /// <summary>The user's has proxies.</summary>
    /// <exception cref="DeliveryException">It cannot be read.</exception>
    public static bool HasProxies(ProcessEnvironment environment) => ProxiesOf(environment) is { Count: > 0 };

    /// <summary>
    /// The proxies in the user's that have a login, by their names there. BuildKit writes the proxies of build steps into the provenance, and docker into the variables of
    /// containers. Source: buildx, build/opt.go; BuildKit, solver/llbsolver/provenance.
    /// </summary>
    /// <exception cref="DeliveryException">It cannot be read.</exception>
    public static IReadOnlyList<string> ProxiesWithLogin(ProcessEnvironment environment) =>
    [
        .. from engine in ProxiesOf(environment) ?? []
           where engine.Value is JsonObject
           from proxy in engine.Value.AsObject()
           where HasLogin(proxy.Value)
           select $"{engine.Key}.{proxy.Key}",
    ];

    /// <summary>Gives it the proxies that the user's has now, or none. Those with a login are left out.</summary>
    /// <param name="folder">The folder of the private engine's.</param>
    /// <param name="environment">The environment that names the user's.</param>
    /// <exception cref="DeliveryException">One of the two cannot be read.</exception>
    public static void Update(string folder, ProcessEnvironment environment)
    {
        var proxies = ProxiesOf(environment)?.DeepClone().AsObject();
        foreach (var engine in (proxies ?? []).Select(x => x.Value).OfType<JsonObject>())
        {
            foreach (var name in engine.Where(x => HasLogin(x.Value)).Select(x => x.Key).ToArray()) engine.Remove(name);
        }

        var configuration = TemporaryLogin.Read(folder);
        if (JsonNode.DeepEquals(configuration[Proxies], proxies)) return;
        if (proxies is null) configuration.Remove(Proxies);
        else configuration[Proxies] = proxies;
        AtomicFile.Write(Path.Combine(folder, DockerConfig.FileName), configuration.ToJsonString(), AtomicFile.OwnerOnly);
    }

    private static JsonObject? ProxiesOf(ProcessEnvironment environment) => TemporaryLogin.Read(DockerConfig.FolderOf(environment))[Proxies] as JsonObject;

    private static bool HasLogin(JsonNode? proxy) => proxy is JsonValue value && value.TryGetValue(out string? address) && address.Contains('@', StringComparison.Ordinal);
}
