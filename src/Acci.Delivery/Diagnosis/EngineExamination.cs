using Acci.Delivery.Engines;
using Acci.Oci;
using static Acci.Delivery.Diagnosis.FindingSeverity;

namespace Acci.Delivery.Diagnosis;

/// <summary>Looks at the Docker engine that a build would use, and at what it would build with. Nothing is started or made.</summary>
/// <param name="context">What was set, and what the machine has.</param>
/// <param name="answerTime">How long a registry may take to answer.</param>
internal sealed class EngineExamination(DeliveryContext context, TimeSpan answerTime)
{
    private const string Name = "Docker engine";

    /// <summary>What is said of it.</summary>
    public required bool Builds { get; init; }

    /// <summary>Examines it.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        try
        {
            if (await EngineLocator.FindRunningAsync(context.Environment, context.CancellationToken) is { } engine)
            {
                var differences = (await context.LocationAsync(engine)).ToString();
                var finding = new Finding(Name, string.Join("; ", await DescribeAsync(engine), differences).TrimEnd(' ', ';'), Good);
                return [finding, .. Builds ? [await LookAtBuilderAsync(engine)] : Array.Empty<Finding>()];
            }
        }
        catch (DeliveryException exception)
        {
            return [new Finding(Name, exception.Message, Fatal)];
        }

        return [await LookAtPrivateAsync()];
    }

    private async Task<Finding> LookAtPrivateAsync()
    {
        if (await new PrivateEngine(context.Scripts()).FindAsync(context.CancellationToken) is { } own)
            return new Finding(Name, $"{own}; runs {string.Join(", ", own.RunnablePlatforms)}", Good);
        return PrivateEngine.Obstacle is { } obstacle ? new Finding(Name, $"no engine answers, and {obstacle}. Start Docker, or set DOCKER_HOST.", Fatal)
            : new Finding(Name, $"no engine answers: a private one from the distribution's packages will be used, below {context.Options.CacheDirectory}", Notice);
    }

    private bool HasProxy => ((string[])["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]).Any(x => context.Environment.Find(x) is not null);

    private async Task<string> DescribeAsync(DockerEngine engine)
    {
        var details = await EngineDetails.ReadAsync(engine, context.CancellationToken);
        var endpoint = await engine.EndpointAsync(context.CancellationToken);
        var runs = $"runs {string.Join(", ", engine.RunnablePlatforms)}";
        // Registries are asked for base images by this process, too.
        var proxy = details.Proxy is null || HasProxy ? Array.Empty<string>() : ["this build asks registries without a proxy (HTTPS_PROXY)"];
        return string.Join("; ", [$"{engine} at {endpoint} ({await OriginAsync(engine)})", .. details.Describe(), .. proxy, runs]);
    }

    // In the order in which the docker command looks.
    private async Task<string> OriginAsync(DockerEngine engine) =>
        context.Environment.Find("DOCKER_HOST") is not null ? "DOCKER_HOST"
        : context.Environment.Find("DOCKER_CONTEXT") is not null ? "DOCKER_CONTEXT"
        : await engine.AskAsync(["context", "show"], context.CancellationToken) is { Length: > 0 } current ? $"context '{current}'"
        : "default";

    private async Task<Finding> LookAtBuilderAsync(DockerEngine engine)
    {
        const string name = "Builder";
        try
        {
            if (context.Options.BuilderNodes is { Count: > 0 } nodes) return new Finding(name, $"build nodes: {string.Join("; ", nodes)}", Good);
            var image = context.BuilderImage();
            var builder = await EngineBuilder.FindAsync(engine, image, context.CancellationToken);
            if (builder.IsThere) return new Finding(name, builder.Description, Good);
            return await FindImageProblemAsync(engine, image) is { } problem
                ? new Finding(name, $"{builder.Description} has to be made, and its image {image} cannot be pulled: {problem.TrimEnd('.')}. {ContainerBuilder.Advice}", Fatal)
                : new Finding(name, $"{builder.Description} will be made from {image}", Notice);
        }
        catch (DeliveryException exception)
        {
            return new Finding(name, exception.Message, Fatal);
        }
    }

    private async Task<string?> FindImageProblemAsync(DockerEngine engine, ImageReference image)
    {
        if (await engine.AskAsync(["image", "inspect", "--format", "{{.Id}}", image.ToString()], context.CancellationToken) is not null) return null;
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        inTime.CancelAfter(answerTime);
        try
        {
            using var registry = BaseImages.RegistryOf(image);
            await registry.ResolveAsync(image, inTime.Token);
            return null;
        }
        catch (DeliveryException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            return $"{image.Registry} did not answer within {answerTime.TotalSeconds:0} s";
        }
    }
}
