using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>
/// The tools a publish needs beside an engine: cosign, from the PATH or else from the distribution's packages, and the local registry, from these packages or else as a
/// container of the engine that runs here.
/// </summary>
public sealed class PrivateTools(EngineScripts scripts)
{
    /// <summary>A registry that carries the registry's own image, as <see cref="BaseImages.Mirror"/> does the base images.</summary>
    public string? ImageMirror { get; init; }

    /// <summary>What the registry's own image is pinned to.</summary>
    public ImageLocks ImageLocks { get; init; } = ImageLocks.None;

    /// <summary>Finds where an engine is, which has to be here for a registry in one of its containers.</summary>
    public Func<DockerEngine, Task<EngineLocation>> LocationAsync { get; init; } = _ => Task.FromResult(EngineLocation.Unknown);

    /// <summary>The environment in which tools are looked for.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>The clock that it is waited by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Path of cosign, where it need not be fetched: on the PATH, or as it was fetched before; null where it would be. Nothing is fetched.</summary>
    /// <exception cref="DeliveryException">It is not there and cannot be fetched.</exception>
    internal async Task<(string? Program, bool IsFetched)> FindCosignAsync(CancellationToken cancellationToken)
    {
        if (Executables.Find("cosign", Process) is { } installed) return (installed, false);
        EnsureCanBeFetched();
        if (!Directory.Exists(scripts.Cache.Combine("tools"))) return (null, false);
        scripts.Cache.EnsureOwn("tools");
        // Those of other recipes are replaced by the run.
        var folder = scripts.Cache.Combine("tools", $"recipe-{await FetchRecipe.HashAsync(cancellationToken)}");
        return Directory.Exists(folder) ? (Path.Combine(folder, "bin", "cosign"), true) : (null, false);
    }

    /// <summary>Path of cosign.</summary>
    /// <exception cref="DeliveryException">It is not on the PATH and cannot be fetched.</exception>
    public async Task<string> CosignAsync(CancellationToken cancellationToken)
    {
        if (Executables.Find("cosign", Process) is { } installed) return installed;
        EnsureCanBeFetched();
        var program = Path.Combine(await FetchAsync(cancellationToken), "cosign");
        await FetchedProgram.EnsureAsync(program, cancellationToken);
        return Shortcut.Write(scripts.Cache, program);
    }

    private static void EnsureCanBeFetched()
    {
        if (!PrivateEngine.CanFetchPackages) throw new DeliveryException("cosign is not on the PATH. Install it: https://docs.sigstore.dev/cosign");
    }

    /// <summary>Starts the local registry, or finds it running.</summary>
    /// <returns>Its address: <c>127.0.0.1:5600</c>.</returns>
    /// <exception cref="DeliveryException">It cannot be fetched or started.</exception>
    public async Task<string> StartRegistryAsync(CancellationToken cancellationToken)
    {
        if (PrivateEngine.CanFetchPackages)
        {
            await FetchAsync(cancellationToken);
            return new Dictionary<string, string>(await scripts.RunAsync("engine/registry-up.sh", [], cancellationToken))["REGISTRY"];
        }

        if (await EngineLocator.FindRunningAsync(Process, cancellationToken) is not { } engine)
            throw new DeliveryException("There is no registry to publish to: name one with --registry, or start Docker, which then runs one on 127.0.0.1.");
        if ((await LocationAsync(engine)).Ports is { IsLoopback: false } ports)
        {
            throw new DeliveryException(
                $"There is no registry to publish to: {engine} is at {ports.Host}, and cannot run one on this machine's 127.0.0.1. "
                + "Name a registry with --registry.");
        }

        return await new RegistryContainer(engine) { Time = Time }.StartAsync(RegistryImage(), cancellationToken);
    }

    private ImageReference RegistryImage() => ImageLocks.PlaceIn(ImageMirror, RegistryContainer.Image);

    private async Task<string> FetchAsync(CancellationToken cancellationToken) =>
        new Dictionary<string, string>(await scripts.RunAsync("engine/fetch.sh", ["tools"], cancellationToken))["TOOLS_PATH"];
}
