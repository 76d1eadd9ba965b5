using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>The tools a publish needs beside an engine, from the PATH or else from the distribution's packages: cosign and the local registry.</summary>
public sealed class PrivateTools(EngineScripts scripts)
{
    /// <summary>Path of cosign.</summary>
    /// <exception cref="DeliveryException">It is not on the PATH and cannot be fetched.</exception>
    public async Task<string> CosignAsync(CancellationToken cancellationToken) =>
        Executables.Find("cosign") ?? Shortcut.Write(
            scripts.Cache, Path.Combine(await FetchAsync("cosign is not on the PATH. Install it: https://docs.sigstore.dev/cosign", cancellationToken), "cosign"));

    /// <summary>Starts the local registry, or finds it running.</summary>
    /// <returns>Its address: <c>127.0.0.1:5600</c>.</returns>
    /// <exception cref="DeliveryException">It cannot be fetched or started.</exception>
    public async Task<string> StartRegistryAsync(CancellationToken cancellationToken)
    {
        await FetchAsync("There is no registry to publish to. Name one with --registry, or start one: docker run -d -p 127.0.0.1:5600:5000 registry:3, and --registry 127.0.0.1:5600", cancellationToken);
        return new Dictionary<string, string>(await scripts.RunAsync("engine/registry-up.sh", [], cancellationToken))["REGISTRY"];
    }

    private async Task<string> FetchAsync(string otherwise, CancellationToken cancellationToken)
    {
        if (!PrivateEngine.CanFetchPackages) throw new DeliveryException(otherwise);
        return new Dictionary<string, string>(await scripts.RunAsync("engine/fetch.sh", ["tools"], cancellationToken))["TOOLS_PATH"];
    }
}
