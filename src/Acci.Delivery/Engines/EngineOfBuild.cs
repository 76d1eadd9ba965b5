using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>The engine that a build runs on, and what it takes to find it.</summary>
public static class EngineOfBuild
{
    /// <summary>The scripts of the private engine.</summary>
    public static EngineScripts Scripts(this DeliveryContext context) => new(context.Options.CacheDirectory);

    /// <summary>What base images are pinned to.</summary>
    /// <exception cref="DeliveryException">The lock file is not of its form.</exception>
    public static ImageLocks ImageLocks(this DeliveryContext context)
    {
        var options = context.Options;
        return context.Once(nameof(ImageLocks), () => Engines.ImageLocks.Read(options.PathOf(options.Layout.ImageLocks), options.Layout.ImageLocks));
    }

    /// <summary>The engine to build on.</summary>
    public static Task<DockerEngine> EngineAsync(this DeliveryContext context) => context.Begin(
        nameof(EngineAsync),
        "an engine, which may have to be started",
        () =>
        {
            if (ToolVariables.Docker.Unheeded() is { Count: > 0 } unheeded)
            {
                Log.Information(
                    "docker does not get {Variables:l}: what is built and run is named by this build's own parameters", string.Join(", ", unheeded));
            }

            return context.Locator().LocateAsync(context.CancellationToken);
        });

    /// <summary>The same with a buildx that serves, which may have to be fetched.</summary>
    internal static Task<DockerEngine> BuildEngineAsync(this DeliveryContext context) => context.Once(
        nameof(BuildEngineAsync), async () => await context.Locator().WithBuildxAsync(await context.EngineAsync(), context.CancellationToken));

    /// <summary>The same for what runs images: with the buildx that a build has fetched, nothing is fetched for it.</summary>
    internal static async Task<DockerEngine> RunEngineAsync(this DeliveryContext context) =>
        await context.Locator().WithFetchedBuildxAsync(await context.EngineAsync(), context.CancellationToken);

    /// <summary>The engine with a Compose: its command's own or, on Debian, the one that ACCI fetches.</summary>
    /// <param name="context">The build.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="mayFetch">It may be fetched now; a dry run fetches nothing.</param>
    /// <returns>The engine; null where one would have to be fetched.</returns>
    /// <exception cref="DeliveryException">There is none, and none can be fetched.</exception>
    public static Task<DockerEngine?> WithComposeAsync(this DeliveryContext context, DockerEngine engine, bool mayFetch) =>
        context.Locator().WithComposeAsync(engine, mayFetch, context.CancellationToken);

    /// <summary>A buildx can be fetched where the docker command has none that serves.</summary>
    internal static bool CanFetchBuildx(this DeliveryContext context) => context.Locator().CanFetch;

    private static EngineLocator Locator(this DeliveryContext context) => context.Once(nameof(Locator), () => new EngineLocator(new PrivateEngine(context.Scripts()) { Process = context.Environment })
    {
        Cli = Executables.Find("docker", context.Environment),
        Process = context.Environment,
    });

    /// <summary>The image that a builder is made from, where an engine needs one: from the mirror, if one is named, and by its digest, if one is recorded.</summary>
    public static ImageReference BuilderImage(this DeliveryContext context) => context.ImageLocks().PlaceIn(context.Options.ImageMirror, DockerEngine.BuilderImage);

    /// <summary>The engine that runs, as it is; null where the private one would be started. Nothing is started or made, so that a dry run may ask.</summary>
    /// <exception cref="DeliveryException">As <see cref="EngineAsync"/> would throw.</exception>
    public static Task<DockerEngine?> PlannedEngineAsync(this DeliveryContext context) =>
        context.Once(nameof(PlannedEngineAsync), () => context.Locator().FindAsync(context.CancellationToken));

    /// <summary>The engine for a command that is only shown: the one that this build works on or, where it needed none, the one that runs. None is started for it.</summary>
    /// <returns>The engine; null where there is none.</returns>
    internal static async Task<DockerEngine?> ShownEngineAsync(this DeliveryContext context)
    {
        try
        {
            return context.IsAskedFor(nameof(EngineAsync)) ? await context.EngineAsync() : await context.PlannedEngineAsync();
        }
        catch (DeliveryException)
        {
            // Why there is none matters to those who need it.
            return null;
        }
    }

    /// <summary>
    /// A login for builds at the registry that images go to, because buildx takes credentials from docker's configuration alone; null where there are
    /// none but docker's own.
    /// </summary>
    public static async Task<TemporaryLogin?> LoginAsync(this DeliveryContext context, DockerEngine engine)
    {
        var domain = (await context.DestinationAsync()).Domain;
        return await context.OwnCredentials().FindAsync(domain, context.CancellationToken) is { } credentials
            ? engine.LoginTo(domain, credentials)
            : null;
    }

    /// <summary>
    /// The credentials for a registry that this engine's docker command does not find by itself; null where it needs none from here.
    /// </summary>
    public static async Task<Credentials?> CredentialsBesideAsync(this DeliveryContext context, DockerEngine engine, string domain)
    {
        // The private engine's command has a configuration of its own, so that of the user is handed to it, too.
        var sources = Credentials.From(context.OwnCredentials(), engine.Address is null ? null : new DockerConfig(context.Environment));
        return await sources.FindAsync(domain, context.CancellationToken);
    }
}
