using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Versioning;
using Acci.Oci;

namespace Acci.Delivery.Buildx;

/// <summary>Turns image definitions into bake targets: what is built (<see cref="ImageDefinition"/>), from what (base images), and what is said of it (labels, attestations).</summary>
public sealed record BakeTargets
{
    /// <summary>BuildKit's generator of bills of materials.</summary>
    public static ImageReference SbomGenerator { get; } = ImageReference.Parse("docker.io/docker/buildkit-syft-scanner:stable-1");

    /// <summary>The repository's root, in which builds are started.</summary>
    public required string Root { get; init; }

    /// <summary>What is being built.</summary>
    public required VersionInfo Version { get; init; }

    /// <summary>What is said of every image: source, licence … Its title and its commit are what is built.</summary>
    public required OciLabels Labels { get; init; }

    /// <summary>What stands for each base image, and for the SBOM generator, if that is available.</summary>
    public required IReadOnlyDictionary<ImageReference, ResolvedBaseImage> BaseImages { get; init; }

    /// <summary>BuildKit has its generator of bills of materials; else the build writes them (<see cref="BillsOfMaterials"/>).</summary>
    public bool HasGenerator => BaseImages.ContainsKey(SbomGenerator);

    /// <summary>The BuildKit that builds them (<see cref="BuildKitVersion"/>); null where that is not known.</summary>
    public string? BuildKit { get; init; }

    /// <summary>Where cached steps come from and go to, per image and part of it (<see cref="CacheLocation"/>).</summary>
    public required Func<ImageDefinition, string, (IReadOnlyList<string> From, IReadOnlyList<string> To)> Cache { get; init; }

    /// <summary>Files a build may read as secrets, by id.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Where an image's layout goes when the file is used by hand, relative to the repository's root.</summary>
    public required Func<ImageDefinition, string> LayoutOf { get; init; }

    /// <summary>The base images that building these needs, the generator of bills of materials among them.</summary>
    public static IEnumerable<ImageReference> NeededBy(IEnumerable<ImageDefinition> images) =>
        images.SelectMany(image => Used(image).Select(x => x.Reference)).Append(SbomGenerator).Distinct();

    /// <summary>The target of one image.</summary>
    public BakeTarget Of(ImageDefinition image) => Of(image, image.Platforms);

    /// <summary>The target that builds some of an image's platforms, each as it would be built with the others.</summary>
    public BakeTarget Of(ImageDefinition image, IReadOnlyList<Platform> platforms)
    {
        // What is left out here, another machine may build, and would overwrite the cache.
        var isAll = image.Platforms.Concat(image.DeclaredPlatforms).All(platforms.Contains);
        var (from, to) = Cache(image, isAll ? "" : BuilderNode.SlugOf(platforms));
        // What one machine built before the platforms were divided is in the cache of the whole.
        if (!image.DeclaredPlatforms.All(image.Platforms.Contains)) from = [.. from, .. Cache(image, "").From];
        var used = Used(image).Select(x => BaseImages[x.Reference]).ToArray();
        // Built is what is checked out, whichever commit the tags name.
        var known = (Labels with { Title = image.Name, Revision = Version.Revision ?? "" }).ToDictionary().Concat(image.Labels).DistinctByLast().Where(x => x.Value.Length > 0);
        var labels = new SortedDictionary<string, string>(known.ToDictionary(), StringComparer.Ordinal);
        return new BakeTarget
        {
            Context = image.Context,
            Dockerfile = Path.GetRelativePath(image.Context, image.Dockerfile).Replace('\\', '/'),
            Target = image.Target,
            Platforms = [.. platforms.Select(x => x.ToString())],
            Args = Arguments(image),
            Labels = labels,
            Annotations = [.. Annotations(image, labels, used)],
            Contexts = used.DistinctBy(x => x.Name.ToContextName()).ToDictionary(x => x.Name.ToContextName(), x => x.AddressFrom(Root)),
            Attest = ["type=provenance,mode=max,version=v1", .. HasGenerator ? [$"type=sbom,generator={BaseImages[SbomGenerator].Actual}"] : Array.Empty<string>()],
            Secret = Secrets.Count == 0 ? null : [.. Secrets.Select(x => $"id={x.Key},{CsvField.Of("src", x.Value)}")],
            CacheFrom = from.Count == 0 ? null : from,
            CacheTo = to.Count == 0 ? null : to,
            Output = [Bake.LayoutOutput(LayoutOf(image))],
        };
    }

    /// <summary>The stand-ins among an image's base images.</summary>
    public IReadOnlyList<string> StandInsOf(ImageDefinition image) =>
        [.. Used(image).Select(x => BaseImages[x.Reference]).Where(x => x.Source == BaseImageSource.StandIn).Select(x => x.Name.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>Those of an image's base images that its platforms need.</summary>
    internal static IEnumerable<BaseImage> Used(ImageDefinition image) =>
        image.BaseImages.Where(x => x.Platforms.Count == 0 || x.Platforms.Intersect(image.Platforms).Any());

    private SortedDictionary<string, BakeArgument> Arguments(ImageDefinition image)
    {
        var arguments = BakeArgument.Literal(image.BuildArguments);
        arguments["VERSION"] = new(Version.ToString());
        arguments["REVISION"] = new(Version.Revision ?? "unknown");
        // BuildKit itself reads it: the image's own timestamps become the commit's.
        arguments["SOURCE_DATE_EPOCH"] = new($"{Version.SourceDateEpoch ?? 0}");
        return arguments;
    }

    private IEnumerable<string> Annotations(ImageDefinition image, IEnumerable<KeyValuePair<string, string>> labels, ResolvedBaseImage[] used)
    {
        const string everywhere = "index,manifest";
        var standIns = StandInsOf(image);
        foreach (var (key, value) in labels.Concat(image.Annotations).DistinctByLast().OrderBy(x => x.Key, StringComparer.Ordinal)) yield return $"{everywhere}:{key}={value}";
        if (standIns.Count > 0) yield return $"{everywhere}:{DeparturePolicy.StandInAnnotation}={string.Join(' ', standIns)}";

        // On the index alone: a platform that is the same has the same digest, whatever built it.
        if (BuildKit is not null) yield return $"index:{BuildKitVersion.Annotation}={BuildKit}";

        // Platforms may have different bases; the index, which can name only one, names the first platform's.
        foreach (var (platform, index) in image.Platforms.Select((x, i) => (x, i)))
        {
            if (image.BaseImages.FirstOrDefault(x => x.Platforms.Contains(platform)) is not { } name) continue;
            var actual = used.First(x => x.Name == name.Reference);
            foreach (var place in index == 0 ? (string[])["index", $"manifest[{platform}]"] : [$"manifest[{platform}]"])
            {
                yield return $"{place}:org.opencontainers.image.base.name={actual.Name}";
                yield return $"{place}:org.opencontainers.image.base.digest={actual.Actual.Digest}";
            }
        }
    }
}

file static class Pairs
{
    /// <summary>Each key once, with the value that came last.</summary>
    public static Dictionary<string, string> DistinctByLast(this IEnumerable<KeyValuePair<string, string>> pairs) =>
        pairs.GroupBy(x => x.Key, StringComparer.Ordinal).ToDictionary(x => x.Key, x => x.Last().Value, StringComparer.Ordinal);
}
