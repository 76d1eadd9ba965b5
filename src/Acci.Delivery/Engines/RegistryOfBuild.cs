using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Engines;

/// <summary>The registry that a build's images go to.</summary>
public static class RegistryOfBuild
{
    /// <summary>Where images go: the registry that was named, or the first of several, else the local one, started if it does not run.</summary>
    public static async Task<Destination> DestinationAsync(this DeliveryContext context) =>
        context.NamedDestination() ?? new Destination(await context.LocalRegistryAsync(), "");

    /// <summary>All registries that images go to, the first one first.</summary>
    internal static async Task<IReadOnlyList<Destination>> DestinationsAsync(this DeliveryContext context) =>
        context.NamedDestinations() is { Count: > 0 } named ? named : [await context.DestinationAsync()];

    /// <summary>The one of them that decides what may be published: the first that is not on this machine, if one is not.</summary>
    internal static async Task<Destination> DepartureAsync(this DeliveryContext context) =>
        (await context.DestinationsAsync()).FirstOrDefault(x => !x.IsLoopback) ?? await context.DestinationAsync();

    /// <summary>This machine's own registry, started if it does not run: its host and port.</summary>
    public static Task<string> LocalRegistryAsync(this DeliveryContext context) =>
        context.Begin(nameof(LocalRegistryAsync), "the local registry, which may have to be started", () =>
        {
            var tools = new PrivateTools(context.Scripts())
            {
                ImageMirror = context.Options.ImageMirror, ImageLocks = context.ImageLocks(), LocationAsync = context.LocationAsync,
                Time = context.Time, Process = context.Environment,
            };
            return tools.StartRegistryAsync(context.CancellationToken);
        });

    /// <summary>The client of that registry.</summary>
    public static Task<OciRegistry> RegistryAsync(this DeliveryContext context) =>
        context.Once(nameof(RegistryAsync), async () => context.Connect((await context.DestinationAsync()).Domain));

    /// <summary>The client of one of the registries that images go to.</summary>
    internal static async Task<OciRegistry> RegistryOfAsync(this DeliveryContext context, string domain)
    {
        var first = await context.RegistryAsync();
        return first.Domain == domain ? first : context.Once($"{nameof(RegistryOfAsync)} {domain}", () => context.Connect(domain));
    }

    /// <summary>The clients of the registries after the first.</summary>
    internal static async Task<IReadOnlyList<OciRegistry>> OtherRegistriesAsync(this DeliveryContext context)
    {
        var first = await context.RegistryAsync();
        var others = new List<OciRegistry>();
        foreach (var domain in (await context.DestinationsAsync()).Select(x => x.Domain).Where(x => x != first.Domain).Distinct()) others.Add(await context.RegistryOfAsync(domain));
        return others;
    }

    /// <summary>Where an image goes: a repository in each registry, and the registry's client.</summary>
    internal static async Task<IReadOnlyList<(OciRegistry Registry, ImageReference Repository)>> PlacesAsync(this DeliveryContext context, ImageDefinition image)
    {
        var places = new List<(OciRegistry, ImageReference)>();
        foreach (var destination in await context.DestinationsAsync()) places.Add((await context.RegistryOfAsync(destination.Domain), destination.RepositoryOf(image)));
        return places;
    }

    /// <summary>An image's repository.</summary>
    public static async Task<ImageReference> RepositoryAsync(this DeliveryContext context, ImageDefinition image) =>
        (await context.DestinationAsync()).RepositoryOf(image);

    /// <summary>Says, once, what an engine has to be told first where it gets something from one of these registries.</summary>
    public static async Task WarnOfEngineAsync(this DeliveryContext context, DockerEngine engine, IEnumerable<string> domains)
    {
        var registries = new EngineRegistries(engine, CertificateFolders.Of(context.Environment));
        foreach (var access in await context.SpecialAsync(domains))
        {
            if (await registries.FindAdviceAsync(access, context.CancellationToken) is { } advice) context.Warn(advice);
        }
    }

    /// <summary>Says, once, what the builder that buildx takes without a name has to be told first of the registries of the build: it is the engine's own, or a person's.</summary>
    internal static async Task WarnOfBuilderAsync(this DeliveryContext context, DockerEngine engine)
    {
        if (await context.SpecialAsync(context.RegistriesOfBuild()) is not { Count: > 0 } special) return;
        if (await EngineBuilder.FindCurrentAsync(engine, context.CancellationToken) is { Current: var (builder, _) })
        {
            context.Warn(
                $"The builder '{builder}', which is the current one, was made with a configuration of its own, which may lack {string.Join(", ", special.Select(x => x.Domain))}. If it does, make the "
                + "builder with `docker buildx create --buildkitd-config FILE`, and name the registry in that file.");
        }
        else
        {
            await context.WarnOfEngineAsync(engine, special.Select(x => x.Domain));
        }
    }

    // Of a registry that does not answer here, nothing is known that could be advised.
    private static async Task<IReadOnlyList<RegistryAccess>> SpecialAsync(this DeliveryContext context, IEnumerable<string> domains) =>
        [.. (await Task.WhenAll(domains.Distinct().Select(x => context.AccessOfProgramsAsync(x, ofUnknown: null)))).OfType<RegistryAccess>().Where(x => !x.IsUsual)];

    /// <summary>
    /// How other programs reach a registry: as <see cref="AccessOfBuild.AccessTo(DeliveryContext, string)"/> says, without authorities where the machine's own verify it.
    /// </summary>
    internal static async Task<RegistryAccess> AccessOfProgramsAsync(this DeliveryContext context, string domain) =>
        (await context.AccessOfProgramsAsync(domain, ofUnknown: context.AccessTo(domain)))!;

    private static async Task<RegistryAccess?> AccessOfProgramsAsync(this DeliveryContext context, string domain, RegistryAccess? ofUnknown)
    {
        var access = context.AccessTo(domain);
        if (access.AuthorityFiles.Count == 0) return access;
        return await context.Once($"{nameof(AccessOfProgramsAsync)} {domain}", AskAsync) switch { null => ofUnknown, true => access with { AuthorityFiles = [] }, false => access };

        async Task<bool?> AskAsync()
        {
            using var registry = context.Connect(access);
            return await registry.IsKnownToMachineAsync(context.CancellationToken);
        }
    }

    /// <summary>A client of any registry; the credentials that were given are for the one images go to.</summary>
    /// <exception cref="DeliveryException">A certificate that the registry is verified by cannot be used.</exception>
    public static OciRegistry Connect(this DeliveryContext context, string domain) => context.Connect(context.AccessTo(domain));

    /// <inheritdoc cref="Connect(DeliveryContext, string)"/>
    internal static OciRegistry Connect(this DeliveryContext context, RegistryAccess access)
    {
        var domain = access.Domain;
        var options = context.Options;
        var baseImages = options.Images.SelectMany(image => image.BaseImages).Select(x => BaseImages.PlaceOf(x.Reference, options.ImageMirror));
        return new OciRegistry(domain, access.ClientOptions(new RegistryOptions
        {
            Credentials = Credentials.From(context.OwnCredentials(), new DockerConfig(context.Environment)),
            IsOneOfSeveral = context.NamesSeveralHosts(),
            Retry = context.Retry,
            Warn = context.Warn,
            // Layers of base images that are in the same registry need not be sent there.
            MountFrom = [.. baseImages.Where(x => x.Domain == domain).Select(x => x.Path).Distinct()],
        }));
    }
}
