using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;
using Acci.Oci;
using static Acci.Delivery.Diagnosis.FindingSeverity;

namespace Acci.Delivery.Diagnosis;

/// <summary>Looks at the Docker engine that a build would use, and at what it would build with. Nothing is started or made.</summary>
/// <param name="context">What was set, and what the machine has.</param>
/// <param name="answerTime">How long a registry may take to answer; whether it ever does is not known then.</param>
internal sealed class EngineExamination(DeliveryContext context, TimeSpan answerTime)
{
    /// <summary>What builds is examined, too.</summary>
    public bool Builds { get; init; }

    /// <summary>The registry of a builder's image is asked. A run has the engine pull it, which may have a mirror or a proxy that this process has not.</summary>
    public bool AsksRegistry { get; init; } = true;

    /// <summary>The engine.</summary>
    public PreflightCheck Engine => new("Docker engine", LookAtEngineAsync);

    /// <summary>What builds there: the builder, or each build node.</summary>
    public IReadOnlyList<PreflightCheck> Builders => context.Options.BuilderNodes is { Count: > 0 } nodes
        ? [.. nodes.Select(node => new PreflightCheck("Build node", () => LookAtNodeAsync(node)))]
        : [new("Builder", LookAtBuilderAsync)];

    /// <summary>Examines it.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync() => [await Engine.ReportAsync(), .. Builds ? await Task.WhenAll(Builders.Select(x => x.ReportAsync())) : []];

    private async Task<(string Text, FindingSeverity Severity)> LookAtEngineAsync()
    {
        if (await context.PlannedEngineAsync() is not { } engine)
            return ($"no engine answers: a private one from the distribution's packages will be used, below {context.Options.CacheDirectory}", Notice);
        if (engine.Address is not null) return (string.Join("; ", [$"{engine}", .. StepsWithoutProxy, engine.Runs]), Good);
        return (string.Join("; ", await DescribeAsync(engine), await context.LocationAsync(engine)).TrimEnd(' ', ';'), Good);
    }

    // A certificate that cannot be used is a finding of its own.
    private BuildKitRegistries TryFindRegistries()
    {
        try
        {
            return context.BuildKitRegistries();
        }
        catch (DeliveryException)
        {
            return BuildKitRegistries.None;
        }
    }

    private bool HasProxy => ((string[])["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]).Any(x => context.Environment.Find(x) is not null);

    private string[] StepsWithoutProxy => HasProxy && !PrivateConfiguration.HasProxies(context.Environment)
        ? ["the steps of its builds have no proxy (`proxies` in docker's config.json)"]
        : [];

    private async Task<string> DescribeAsync(DockerEngine engine)
    {
        var details = await EngineDetails.ReadAsync(engine, context.CancellationToken);
        var endpoint = await engine.EndpointAsync(context.CancellationToken);
        // Registries are asked for base images by this process, too.
        var proxy = details.Proxy is null || HasProxy ? Array.Empty<string>() : ["this build asks registries without a proxy (HTTPS_PROXY)"];
        string[] plugins = engine.Lack is null || !context.CanFetchBuildx() ? []
            : [$"{engine.Lack}, so that images are built with ACCI's own docker-buildx{(engine.Plugins is null ? ", which will be fetched from the distribution's packages" : "")}"];
        return string.Join("; ", [$"{engine} at {endpoint} ({await OriginAsync(engine)})", .. details.Describe(), .. plugins, .. proxy, .. StepsWithoutProxy, engine.Runs]);
    }

    // In the order in which the docker command looks.
    private async Task<string> OriginAsync(DockerEngine engine) =>
        context.Environment.Find("DOCKER_HOST") is not null ? "DOCKER_HOST"
        : context.Environment.Find("DOCKER_CONTEXT") is not null ? "DOCKER_CONTEXT"
        : await engine.AskAsync(["context", "show"], context.CancellationToken) is { Length: > 0 } current ? $"context '{current}'"
        : "default";

    private async Task<(string Text, FindingSeverity Severity)> LookAtNodeAsync(BuilderNode node)
    {
        if (node.Driver == NodeAddress.Kubernetes) return ($"{node}: a build starts BuildKit there; it was not asked", Notice);
        if (await context.PlannedEngineAsync() is not { } engine) return ($"{node}: not asked, since there is no docker command yet to ask with", Notice);
        var (folder, deletion) = Session.Current.TemporaryFolderOfLook();
        using (deletion)
        {
            var (version, platforms) = await new NodeBuilders(engine).AskAsync(node, folder, context.CancellationToken);
            var known = DockerEngine.PlatformsOf(platforms, $"{node}");
            if (known.Count == 0) return ($"{node}: {version}; does not say for which platforms it runs programs", Notice);
            Platform[] others = [.. node.Platforms.Except(known)];
            return others.Length == 0
                ? ($"{node}: {version}, runs {platforms}", Good)
                : ($"{node}: {version}, runs {platforms}, and cannot run programs of {string.Join(", ", others)}: a Dockerfile that runs one for these platforms fails there", Notice);
        }
    }

    private async Task<(string Text, FindingSeverity Severity)> LookAtBuilderAsync()
    {
        if (await context.PlannedEngineAsync() is not { } engine)
        {
            // The private engine is not started to be told that it has no such builder.
            return context.Environment.Find("BUILDX_BUILDER") is { } named
                ? throw new DeliveryException($"The builder '{named}' (BUILDX_BUILDER) cannot be used: no Docker engine answers. Start Docker, or unset BUILDX_BUILDER.")
                : ("the private engine's own", Good);
        }

        EngineLocator.EnsureBuildx(engine, context.CanFetchBuildx());
        var image = context.BuilderImage();
        var builder = await EngineBuilder.FindAsync(engine with { BuildKitRegistries = TryFindRegistries() }, image, context.CancellationToken);
        if (builder.IsThere) return (builder.Description, Good);
        var made = $"{builder.Description} will be made from {image}";
        if (!AsksRegistry || await engine.AskAsync(["image", "inspect", "--format", "{{.Id}}", image.ToString()], context.CancellationToken) is not null) return (made, Notice);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        inTime.CancelAfter(answerTime);
        try
        {
            using var registry = BaseImages.RegistryOf(image, context.Environment, context.AccessTo);
            await registry.ResolveAsync(image, inTime.Token);
            return (made, Notice);
        }
        catch (DeliveryException exception)
        {
            var problem = exception.Message.TrimEnd('.');
            if ((await EngineDetails.ReadAsync(engine, context.CancellationToken)).HasOtherWays)
                return ($"{made}, by the engine, which has a proxy or a mirror of its own. From here: {problem}", Notice);
            throw new DeliveryException($"{builder.Description} has to be made, and its image {image} cannot be pulled: {problem}. {ContainerBuilder.Advice}", exception);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            return ($"{made}; {image.Registry} did not answer within {answerTime.TotalSeconds:0.#} s, and the engine waits longer", Notice);
        }
    }
}
