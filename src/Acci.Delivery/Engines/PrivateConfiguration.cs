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
    public static bool HasProxies(ProcessEnvironment environment) => TemporaryLogin.Read(DockerConfig.FolderOf(environment))[Proxies] is JsonObject { Count: > 0 };

    /// <summary>Gives it the proxies that the user's has now, or none.</summary>
    /// <param name="folder">The folder of the private engine's.</param>
    /// <param name="environment">The environment that names the user's.</param>
    /// <exception cref="DeliveryException">One of the two cannot be read.</exception>
    public static void Update(string folder, ProcessEnvironment environment)
    {
        var proxies = TemporaryLogin.Read(DockerConfig.FolderOf(environment))[Proxies];
        var configuration = TemporaryLogin.Read(folder);
        if (JsonNode.DeepEquals(configuration[Proxies], proxies)) return;
        if (proxies is null) configuration.Remove(Proxies);
        else configuration[Proxies] = proxies.DeepClone();
        // A proxy may have a login.
        AtomicFile.Write(Path.Combine(folder, DockerConfig.FileName), configuration.ToJsonString(), AtomicFile.OwnerOnly);
    }
}
