using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The docker-container builder of an engine that cannot build for several platforms by itself. buildx keeps with a builder's name the engine that it was made on, and
/// goes on building there; so the name tells the engine.
/// </summary>
internal sealed class ContainerBuilder(DockerEngine engine)
{
    private const string Prefix = "acci-";
    private const string OfContainers = "docker-container";

    /// <summary>Creates the builder.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="image">The image that it runs from.</param>
    /// <param name="cancellationToken">Cancels the creation; a builder that did not start is removed.</param>
    /// <exception cref="DeliveryException">It cannot be created, or does not run.</exception>
    public async Task CreateAsync(string name, ImageReference image, CancellationToken cancellationToken)
    {
        Log.Information("This engine's own builder cannot build these images: making a docker-container builder named '{Builder}'", name);
        var (isOwn, context) = (false, Array.Empty<string>());
        // In a container, buildx may not know the builder although its container runs, perhaps with another build in it. Source: buildx, driver/docker-container.
        var isThere = await engine.AskAsync(["container", "inspect", "--format", "{{.Id}}", $"buildx_buildkit_{name}0"], cancellationToken) is not null;
        try
        {
            // Another build may make the context at the same moment, and have the builder.
            context = await ContextAsync(name, cancellationToken);
            isOwn = true;
            // The host's network, because the local registry listens on the host's loopback address.
            var proxies = (await BuilderProxies.FindAsync(engine, WarnOfLogin, cancellationToken)).SelectMany(x => new[] { "--driver-opt", CsvField.Of($"env.{x.Name}", x.Value) });
            string[] options = ["--driver", "docker-container", "--driver-opt", "network=host", "--driver-opt", $"image={image}", .. proxies, .. context];
            isOwn = await (engine with { BuildKitRegistries = await ToldAsync(engine, cancellationToken) }).CreateBuilderAsync(name, options, cancellationToken);
            await CommandRunner.RunAsync(engine.Docker("buildx", "inspect", "--bootstrap", name), Log.Debug, cancellationToken);
        }
        catch (Exception exception)
        {
            if (isOwn) await TryRemoveAsync(name, isThere, context);
            if (exception is not CommandFailedException failure) throw;
            // One that buildx knows may be another build's, which has just made it.
            var earlier = isThere && isOwn ? $" Its container was there before; if no other build is in it, remove it: `docker rm --force buildx_buildkit_{name}0`." : "";
            throw new DeliveryException($"{engine} cannot start a builder from {image}: {ReasonOf(failure)}. {Advice}{earlier}", failure);
        }
    }

    // Why it does not start is more than what is left of it.
    private async Task TryRemoveAsync(string name, bool keepsDaemon, string[] context)
    {
        try
        {
            string[] keep = keepsDaemon ? ["--keep-daemon"] : [];
            await CommandRunner.TryRunAsync(engine.Errand(["buildx", "rm", "--force", .. keep, name]), cancellationToken: CancellationToken.None);
            if (context.Length > 0) await CommandRunner.TryRunAsync((engine with { Login = null }).Errand(["context", "rm", "--force", .. context]), cancellationToken: CancellationToken.None);
        }
        catch (NoAnswerException exception)
        {
            Log.Warning("{Problem:l} {Left:l}", exception.Message, Left(name, context));
        }
    }

    /// <summary>Starts one that was made before: with the certificates of today, if it needs any.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="image">The image that it runs from, if its container is gone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DeliveryException">It does not start.</exception>
    public async Task StartOwnAsync(string name, ImageReference image, CancellationToken cancellationToken)
    {
        await ContextAsync(name, cancellationToken);
        if (await TryStartAsync(name, cancellationToken) is not { } failure) return;
        throw new DeliveryException(
            $"The builder '{name}', which an earlier build made from {image}, does not start: {ReasonOf(failure)}. Remove it with `docker buildx rm {name}`: the next build makes "
            + $"it again. If its image cannot be pulled: {Advice}", failure);
    }

    /// <summary>Starts the builder that a person made the current one, which buildx does not do before it is used.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="driver">Its driver.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DeliveryException">It does not start.</exception>
    public async Task StartAsync(string name, string driver, CancellationToken cancellationToken)
    {
        if (await TryStartAsync(name, cancellationToken) is not { } failure) return;
        var remedy = driver == OfContainers
            ? "If its image cannot be pulled, make the builder from one that can (`docker buildx create --driver-opt image=registry.example.com/moby/buildkit:buildx-stable-1`)"
            : "Check that it is running and can be reached";
        throw new DeliveryException(
            $"The builder '{name}', which is the current one (driver {driver}), does not start: {ReasonOf(failure)}. {remedy}, or name another builder with BUILDX_BUILDER: "
            + "`docker buildx ls` lists them.", failure);
    }

    // Why it does not start; null where it does.
    private async Task<CommandFailedException?> TryStartAsync(string name, CancellationToken cancellationToken)
    {
        var start = engine.Docker("buildx", "inspect", "--bootstrap", name);
        var result = await CommandRunner.TryRunAsync(start, cancellationToken: cancellationToken);
        // A registry that is overloaded, or a BuildKit that is being restarted.
        if (!result.Succeeded && PassingFailure.Find(result.StandardError) is not null)
        {
            Log.Warning("The builder '{Builder:l}' does not start, trying again: {Reason:l}", name, ReasonOf(new CommandFailedException(start, result)));
            result = await CommandRunner.TryRunAsync(start, cancellationToken: cancellationToken);
        }

        return result.Succeeded ? null : new CommandFailedException(start, result);
    }

    // buildx keeps no certificates of the environment's with a builder, but a context that has them. Source: buildx, commands/create.go, "TLS data loaded from environment".
    private async Task<string[]> ContextAsync(string name, CancellationToken cancellationToken)
    {
        var environment = engine.Process;
        if (environment.Find("DOCKER_HOST") is not { } host || !host.StartsWith("tcp:", StringComparison.Ordinal)) return [];
        if (environment.Find("DOCKER_TLS_VERIFY") is null && environment.Find("DOCKER_TLS") is null) return [];
        var folder = environment.Find("DOCKER_CERT_PATH") ?? DockerConfig.FolderOf(environment);
        // DOCKER_TLS alone encrypts, and does not ask who the engine is.
        var verifies = environment.Find("DOCKER_TLS_VERIFY") is not null;
        var files = ((string[])[.. verifies ? ["ca"] : Array.Empty<string>(), "cert", "key"]).Select(x => (Name: x, File: Path.Combine(folder, $"{x}.pem"))).Where(x => File.Exists(x.File)).ToList();
        string[] ends = [$"host={host}", .. verifies ? [] : (string[])["skip-tls-verify=true"]];
        var endpoint = string.Join(',', [.. ends, .. files.Select(x => CsvField.Of(x.Name, x.File))]);
        // Not called as the builder is: each context has a builder of its name already.
        var context = $"{name}-tls";
        // It stays as long as the builder does, so it is not kept with a login, which goes after the build.
        var lasting = engine with { Login = null };
        var kept = await lasting.AskAsync(["context", "inspect", context, "--format", "{{.Storage.TLSPath}}|{{.Endpoints.docker.SkipTLSVerify}}"], cancellationToken);
        if (kept is null || !HasKept(kept, !verifies, files))
            await CommandRunner.RunAsync(lasting.Errand("context", kept is null ? "create" : "update", context, "--docker", endpoint), Log.Debug, cancellationToken);
        engine.Login?.CopyContexts();
        return [context];
    }

    // An update takes the certificates away before it writes them again, and another build may be reading them. Source: docker/cli, context/store/tlsstore.go.
    private static bool HasKept(string kept, bool skipsVerifying, List<(string Name, string File)> files)
    {
        if (kept.Split('|') is not [var folder, var skips] || skips != (skipsVerifying ? "true" : "false") || !Directory.Exists(folder)) return false;
        return Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length == files.Count
            && files.All(x => Path.Combine(folder, "docker", Path.GetFileName(x.File)) is var copy && File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(File.ReadAllBytes(x.File)));
    }

    // The context has the certificates of this environment.
    private static string Left(string name, string[] context) => context is [var own]
        ? $"The builder '{name}' and its context '{own}' may be left; `docker buildx rm --force {name}` and `docker context rm --force {own}` remove them"
        : $"The builder '{name}' may be left; `docker buildx rm --force {name}` removes it";

    private static void WarnOfLogin(string proxy) =>
        Log.Warning("The builder does not get {Proxy:l}, which has a login: make a builder that has it, and name it with BUILDX_BUILDER", proxy);

    private static string ReasonOf(CommandFailedException failure) =>
        (failure.Result?.LastLines(1) is [var last] ? last : failure.Message).Trim().Replace("ERROR: ", "", StringComparison.Ordinal).TrimEnd('.');

    /// <summary>What to do where the image cannot be pulled.</summary>
    public const string Advice =
        "Name a registry that carries the image with --image-mirror, switch the engine to the containerd image store "
        + "(https://docs.docker.com/engine/storage/containerd), or name a builder with BUILDX_BUILDER.";

    /// <summary>
    /// Warns that a builder on a remote engine does not get this machine's client certificates: anyone who can use that engine can read files in the builder's container.
    /// </summary>
    public static async Task WarnOfKeysAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (engine.BuildKitRegistries.WithKeys is not { Count: > 0 } keys || await IsHereAsync(engine, cancellationToken)) return;
        Log.Warning(
            "The builder at {Engine:l} does not get this machine's client certificates for {Registries:l}: anyone who can use that engine could read their private keys. "
            + "If such a registry asks for one, use --image-mirror with a registry that does not, or make a builder there that has them, and name it with BUILDX_BUILDER",
            await engine.EndpointAsync(cancellationToken), string.Join(", ", keys));
    }

    private static async Task<BuildKitRegistries> ToldAsync(DockerEngine engine, CancellationToken cancellationToken) =>
        engine.BuildKitRegistries.WithKeys.Count == 0 || await IsHereAsync(engine, cancellationToken) ? engine.BuildKitRegistries : engine.BuildKitRegistries.WithoutKeys();

    // What is reached by a network may be anybody's, also where its address is on loopback: a tunnel begins there.
    private static async Task<bool> IsHereAsync(DockerEngine engine, CancellationToken cancellationToken) =>
        await engine.EndpointAsync(cancellationToken) is var endpoint
        && (endpoint.StartsWith("unix:", StringComparison.Ordinal) || endpoint.StartsWith("npipe:", StringComparison.Ordinal));

    /// <summary>What the builder of an engine is called. Two engines may tell the same identity, where one is a copy of the other's disk.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="image">The image that it runs from.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="DeliveryException">The engine does not tell its identity.</exception>
    public static async Task<string> NameAsync(DockerEngine engine, ImageReference image, CancellationToken cancellationToken)
    {
        var identity = await engine.AskAsync(["info", "--format", "{{.ID}}"], cancellationToken)
            ?? throw new DeliveryException($"{engine} does not tell its identity (`docker info`), which the builder's name is made of.");
        // A builder keeps the proxies, the user's configuration of builders and the registries that it was made with.
        var proxies = string.Concat((await BuilderProxies.FindAsync(engine, null, cancellationToken)).Select(x => $"\n{x.Name}={x.Value}"));
        var told = await ToldAsync(engine, cancellationToken);
        var registries = told.IsEmpty ? "" : $"\n{told.Identity}";
        return Prefix + MachineUser.Current.HashOf(
            $"{identity}\n{await engine.EndpointAsync(cancellationToken)}\n{image}{proxies}{engine.ConfigurationOfBuilders()}{registries}", 8);
    }
}
