using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>The buildx builder that images are built with on an engine.</summary>
/// <param name="Name">Its name; null for the one that buildx takes without a name.</param>
/// <param name="IsThere">It need not be made.</param>
/// <param name="Description">What it is, for people.</param>
internal sealed record EngineBuilder(string? Name, bool IsThere, string Description)
{
    private const string OfEngine = "docker";
    private const string ContainerdStore = "io.containerd.snapshotter";

    /// <summary>Its name and driver, where a person made it the current one.</summary>
    public (string Name, string Driver)? Current { get; init; }

    /// <summary>Finds it. Nothing is made.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="image">The image that one is made from, where the engine needs it.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="NoAnswerException">buildx did not answer in time.</exception>
    /// <exception cref="DeliveryException">The builder that is named cannot be used, or the engine cannot have one.</exception>
    public static async Task<EngineBuilder> FindAsync(DockerEngine engine, ImageReference image, CancellationToken cancellationToken)
    {
        if (await FindCurrentAsync(engine, cancellationToken) is { } current) return current;
        // The `docker` driver builds for several platforms and exports layouts and attestations only over the containerd image store.
        var isClassic = await IsClassicAsync(engine, cancellationToken);
        // Over that store, it runs no programs where users are remapped. Source: github.com/moby/moby/issues/47377.
        if (!isClassic && !await engine.RemapsUsersAsync(cancellationToken))
            return new EngineBuilder(null, true, "the engine's own, over its containerd image store");
        var reason = isClassic ? "the engine's classic image store cannot build for several platforms" : "with userns-remap, the engine's own BuildKit runs no programs over its containerd image store";
        if (engine.Process.Find("BUILDX_BUILDER") is { } named) throw Refusal(named, reason);
        var name = await ContainerBuilder.NameAsync(engine, image, cancellationToken);
        var isThere = await engine.IsThereAsync(name, cancellationToken);
        return new EngineBuilder(name, isThere, $"'{name}' (driver docker-container; {reason})");
    }

    /// <summary>The builder that a person made the current one; null where that is the engine's own. Nothing is made.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="NoAnswerException">buildx did not answer in time.</exception>
    /// <exception cref="DeliveryException">buildx does not work, the builder cannot be used, or the engine has no BuildKit.</exception>
    public static async Task<EngineBuilder?> FindCurrentAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var current = await engine.TryAskAsync(["buildx", "inspect"], cancellationToken);
        if (!current.Succeeded)
        {
            var reason = string.Concat(current.LastLines(1)).Trim().TrimEnd('.');
            if (engine.Process.Find("BUILDX_BUILDER") is { } named) throw Refusal(named, reason);
            // One that will be fetched is not there yet, and neither are its builders.
            if (engine is not { Lack: not null, Plugins: null })
                throw new DeliveryException($"docker buildx does not work here: {reason}. If it may not write below docker's configuration, set BUILDX_CONFIG to a folder where it may.");
        }

        var (driver, name) = (DockerEngine.Field(current.StandardOutput, "Driver"), DockerEngine.Field(current.StandardOutput, "Name") ?? "");
        var context = await engine.AskAsync(["context", "show"], cancellationToken);
        if (driver is OfEngine or "" or null)
        {
            // Each context has a builder of its name, which is that engine's own. Source: buildx, builder/builder.go, Validate.
            if (engine.Process.Find("BUILDX_BUILDER") is { } named && context is not null && named != context)
                throw Refusal(named, $"it is the engine of the context '{named}', and the current context is '{context}'. Set DOCKER_CONTEXT to {named}, or unset BUILDX_BUILDER");
        }
        // For an engine without a BuildKit, buildx shows a docker-container builder that nobody made, under the context's name.
        else if (engine.Product != EngineProduct.Podman || name != context)
        {
            return new EngineBuilder(null, true, $"'{name}', which is the current one (driver {driver})") { Current = (name, driver) };
        }

        return engine.Product != EngineProduct.Podman ? null : throw new DeliveryException(
            $"{engine} has no BuildKit, which images are built with. Make a builder of a BuildKit elsewhere the current one, as in `docker buildx create --driver remote "
            + "--use tcp://buildkit.example.com:1234`, or set DOCKER_HOST to Docker's engine.");
    }

    /// <summary>The engine keeps images in the classic store, and not in containerd's.</summary>
    public static async Task<bool> IsClassicAsync(DockerEngine engine, CancellationToken cancellationToken) =>
        (await engine.AskAsync(["info", "--format", "{{json .DriverStatus}}"], cancellationToken))?.Contains(ContainerdStore, StringComparison.Ordinal) is not true;

    private static DeliveryException Refusal(string builder, string reason) =>
        new($"The builder '{builder}' (BUILDX_BUILDER) cannot be used: {reason}. `docker buildx ls` lists the builders.");
}
