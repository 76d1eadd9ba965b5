using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// Finds what the build starts from: in the mirror, if one is named; else upstream; else, and only where publishing stays on this machine, a stand-in
/// made from the distribution's packages.
/// </summary>
public sealed class BaseImages(ImageLocks locks, EngineScripts scripts)
{
    /// <summary>
    /// How long a registry may take to answer: longer than a connection may take, because a registry that cannot be reached has said no, and one that is slow has not.
    /// </summary>
    internal TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A registry, with an optional path, that carries the base images under their own repositories' paths.</summary>
    public string? Mirror { get; init; }

    /// <summary>Whose logins registries are asked with.</summary>
    public ProcessEnvironment Process { get; init; } = ProcessEnvironment.Read();

    /// <summary>Those of a build, as its parameters say.</summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="allowsStandIns">As <see cref="AllowsStandIns"/>.</param>
    /// <param name="dispensable">As <see cref="Dispensable"/>.</param>
    public static BaseImages Of(DeliveryContext context, bool allowsStandIns, ImageReference? dispensable = null) => new(context.ImageLocks(), context.Scripts())
    {
        Mirror = context.Options.ImageMirror,
        Process = context.Environment,
        AccessTo = context.AccessTo,
        AllowsStandIns = allowsStandIns,
        Dispensable = dispensable,
    };

    /// <summary>How registries are reached.</summary>
    internal Func<string, RegistryAccess> AccessTo { get; init; } = domain => new RegistryAccess(domain);

    /// <summary>Stand-ins may be used.</summary>
    public bool AllowsStandIns { get; init; }

    /// <summary>What there is no stand-in for, because the build can do without it where stand-ins may be used.</summary>
    public ImageReference? Dispensable { get; init; }

    /// <summary>Finds all of them, each once. <see cref="Dispensable"/> is left out if it is not available.</summary>
    /// <exception cref="NoAnswerException">A registry is there and did not answer in time.</exception>
    /// <exception cref="DeliveryException">No place has one of them.</exception>
    public async Task<IReadOnlyDictionary<ImageReference, ResolvedBaseImage>> ResolveAsync(IEnumerable<ImageReference> names, CancellationToken cancellationToken)
    {
        var (found, missing) = await FindAllAsync(names, cancellationToken);
        var standIns = missing.Length == 0 ? [] : await MakeStandInsAsync(missing, cancellationToken);
        return found.Concat(standIns).ToDictionary(x => x.Name);
    }

    /// <summary>What <see cref="ResolveAsync"/> would take: null for an image that it would make a stand-in for, or leave out. Nothing is made.</summary>
    /// <exception cref="DeliveryException">As it would throw.</exception>
    public async Task<IReadOnlyDictionary<ImageReference, ResolvedBaseImage?>> PlanAsync(IEnumerable<ImageReference> names, CancellationToken cancellationToken)
    {
        var (found, missing) = await FindAllAsync(names, cancellationToken);
        EnsureStandInsMayServe(missing);
        return found.Select(x => (x.Name, Image: (ResolvedBaseImage?)x)).Concat(missing.Select(x => (x.Name, Image: (ResolvedBaseImage?)null))).ToDictionary(x => x.Name, x => x.Image);
    }

    /// <summary>The same, a line for each.</summary>
    /// <exception cref="DeliveryException">As <see cref="ResolveAsync"/> would throw.</exception>
    public async Task<IReadOnlyList<string>> DescribeAsync(IEnumerable<ImageReference> names, CancellationToken cancellationToken) =>
        [.. (await PlanAsync(names, cancellationToken)).Select(x => x.Value is { } image ? $"  from {image.Actual}"
            : x.Key == Dispensable ? $"  without {x.Key}, which is not available: this build writes the SBOMs itself" : $"  from {StandInFor(x.Key)}: such an image stays on this machine")];

    /// <summary>As plans name an image that is not made yet.</summary>
    public static string StandInFor(ImageReference name) => $"a stand-in for {name}, made from the distribution's packages";

    private async Task<(ResolvedBaseImage[] Found, (ImageReference Name, string? Problem)[] Missing)> FindAllAsync(IEnumerable<ImageReference> names, CancellationToken cancellationToken)
    {
        var wanted = names.Distinct().ToArray();
        if (wanted.Length > 0) locks.SayMissing();
        var found = await Task.WhenAll(wanted.Select(name => FindAsync(name, cancellationToken)));
        return (
            [.. found.Select(x => x.Image).OfType<ResolvedBaseImage>()],
            [.. wanted.Zip(found).Where(pair => pair.Second.Image is null).Select(pair => (pair.First, pair.Second.Problem))]);
    }

    private async Task<(ResolvedBaseImage? Image, string? Problem)> FindAsync(ImageReference name, CancellationToken cancellationToken)
    {
        var source = Mirror is null ? BaseImageSource.Upstream : BaseImageSource.Mirror;
        var place = PlaceOf(name, Mirror);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        inTime.CancelAfter(AnswerTime);
        try
        {
            var pinned = locks.DigestOf(name);
            using var registry = RegistryOf(place, Process, AccessTo);
            var digest = (await registry.ResolveAsync(pinned is null ? place : place.WithDigest(pinned.Value), inTime.Token)).Digest;
            if (pinned is null) locks.SayUnpinned(name, digest);
            return (new ResolvedBaseImage(name, place.WithDigest(digest), source), null);
        }
        catch (DeliveryException exception)
        {
            return (null, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoAnswerException($"{place.Domain}, asked for the base image {place},", AnswerTime, "Run the build again, or name a registry that carries it with --image-mirror.");
        }
    }

    private async Task<IEnumerable<ResolvedBaseImage>> MakeStandInsAsync((ImageReference Name, string? Problem)[] missing, CancellationToken cancellationToken)
    {
        EnsureStandInsMayServe(missing);
        string[] names = [.. missing.Where(x => x.Name != Dispensable).Select(x => x.Name.ToString())];
        if (names.Length == 0) return [];
        Log.Warning("{Count} base images are not available upstream ({Problem:l}): using stand-ins from the distribution's packages", names.Length, missing[0].Problem?.Split(". ")[0]);
        return (await scripts.RunAsync("stand-ins/build.sh", names, cancellationToken)).Select(x => StandIn(x.Key, x.Value));
    }

    // LAYOUT@DIGEST
    private static ResolvedBaseImage StandIn(string name, string place)
    {
        var (image, end) = (ImageReference.Parse(name), place.LastIndexOf('@'));
        var actual = ImageReference.Parse($"localhost/stand-ins/{image.Normalize().Repository}").WithDigest(Digest.Parse(place[(end + 1)..]));
        return new ResolvedBaseImage(image, actual, BaseImageSource.StandIn) { Layout = place[..end] };
    }

    /// <summary>The error for an image that is not available; null where a stand-in can be made for it, or the build can do without it.</summary>
    internal string? RefusalOf(ImageReference name, string? problem)
    {
        var obstacle = !AllowsStandIns ? "Stand-ins are only used when publishing to this machine's own registry."
            : name == Dispensable ? null : StandIns.ObstacleTo(name);
        return obstacle is null ? null : $"The base image {name} cannot be had: {problem?.Split(". ")[0].TrimEnd('.')}. Name a registry that carries it with --image-mirror. {obstacle}";
    }

    private void EnsureStandInsMayServe(IEnumerable<(ImageReference Name, string? Problem)> missing)
    {
        if (missing.Select(x => RefusalOf(x.Name, x.Problem)).FirstOrDefault(x => x is not null) is { } refusal) throw new DeliveryException(refusal);
    }

    /// <summary>Where a base image is looked for: where its name says, or under the same path in the mirror.</summary>
    internal static ImageReference PlaceOf(ImageReference name, string? mirror) =>
        mirror is null ? name : ImageReference.Parse($"{mirror.TrimEnd('/')}/{name.Normalize().Path}") with { Tag = name.Tag, Digest = name.Digest };

    /// <summary>A client that does not insist: what cannot be had at once is taken from elsewhere.</summary>
    internal static OciRegistry RegistryOf(ImageReference place, ProcessEnvironment environment, Func<string, RegistryAccess> accessTo) =>
        OciRegistry.Of(place, accessTo(place.Normalize().Domain!).ClientOptions(new RegistryOptions
        {
            Credentials = new DockerConfig(environment),
            Retry = new RetryOptions { Budget = TimeSpan.Zero },
            FirstContactBudget = TimeSpan.Zero,
        }));
}
