using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Images;

/// <summary>One image the build produces. The bake file is written from it, and nothing else has to be known to build, test and publish it.</summary>
public sealed partial record ImageDefinition
{
    // Bake's group of all images.
    private const string AllTargets = "default";

    /// <summary>Defines an image.</summary>
    /// <param name="name">The last part of its repository and the name of its bake target: <c>app</c>.</param>
    /// <exception cref="DeliveryException">The name cannot stand in a repository.</exception>
    public ImageDefinition(string name) => Name = NameGrammar().IsMatch(name) && name != AllTargets
        ? name
        : throw new DeliveryException($"'{name}' is not an image name: write lower-case letters and digits, with '-' or '_' between them, as in 'app' or 'app-worker', and not '{AllTargets}'.");

    /// <summary>The last part of the image's repository, the name of its bake target, and of its folder below <c>artifacts</c>.</summary>
    public string Name { get; }

    /// <summary>The Dockerfile, relative to the root of the repository; where none is named, the one in the image's folder of the repository's layout.</summary>
    public string Dockerfile { get; init; } = "";

    /// <summary>The folder that is sent to the builder, relative to the root of the repository.</summary>
    public string Context { get; init; } = ".";

    /// <summary>The stage to build; the last one when not given.</summary>
    public string? Target { get; init; }

    /// <summary>What the image is built for; each becomes one entry of the published index, however often it is named. linux/amd64 and linux/ppc64le when not given.</summary>
    public IReadOnlyList<Platform> Platforms
    {
        get;
        init => (field, NamesPlatforms) = ([.. value.Distinct()], true);
    } = [Platform.LinuxAmd64, Platform.LinuxPpc64le];

    /// <summary>The definition says for what the image is built.</summary>
    internal bool NamesPlatforms { get; private init; }

    /// <summary>What the definition says that the image is built for, where this build was given other platforms.</summary>
    internal IReadOnlyList<Platform> DeclaredPlatforms { get => field ?? Platforms; private init; }

    /// <summary>The image for other platforms than its definition says, as <c>--platforms</c> names them.</summary>
    /// <param name="platforms">The platforms.</param>
    public ImageDefinition BuiltFor(IReadOnlyList<Platform> platforms) => this with { Platforms = platforms, DeclaredPlatforms = NamesPlatforms ? DeclaredPlatforms : platforms };

    /// <summary>Values of the Dockerfile's <c>ARG</c>s. They stay readable in the image's history: no secrets.</summary>
    public IReadOnlyDictionary<string, string> BuildArguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels in the configuration of every platform's image, besides those of <see cref="Tags.OciLabels"/>.</summary>
    /// <exception cref="DeliveryException">A name is empty or has '=' in it.</exception>
    public IReadOnlyDictionary<string, string> Labels { get; init => field = Named(value); } = new Dictionary<string, string>();

    /// <summary>Annotations on the index and on every platform's manifest, besides those of <see cref="Tags.OciLabels"/>.</summary>
    /// <exception cref="DeliveryException">A name is empty or has '=' in it.</exception>
    public IReadOnlyDictionary<string, string> Annotations { get; init => field = Named(value); } = new Dictionary<string, string>();

    /// <summary>Makes sure that every image has a name of its own: its repository, bake target and folder have it, too.</summary>
    /// <exception cref="DeliveryException">Two have one name.</exception>
    public static IReadOnlyList<ImageDefinition> Distinct(IEnumerable<ImageDefinition> images)
    {
        ImageDefinition[] all = [.. images];
        return all.GroupBy(x => x.Name).FirstOrDefault(x => x.Count() > 1) is not { } same ? all
            : throw new DeliveryException($"{same.Count()} images are called '{same.Key}': give each image of the build a name of its own.");
    }

    /// <summary>Whether the definition says this of the image, and so not the build.</summary>
    /// <param name="key">The name of a label or annotation.</param>
    internal bool Gives(string key) => Labels.ContainsKey(key) || Annotations.ContainsKey(key);

    /// <summary>Where build results are kept between builds.</summary>
    public BuildCache Cache { get; init; } = BuildCache.Registry;

    /// <summary>The images the Dockerfile starts from; what is not listed here is pulled as it is written there.</summary>
    public IReadOnlyList<BaseImage> BaseImages { get; init; } = [];

    /// <summary>What the smoke test asks the started image; none for an image that serves nothing.</summary>
    public HealthEndpoint? Health { get; init; }

    /// <summary>How the smoke test starts the image.</summary>
    public SmokeTestOptions SmokeTest { get; init; } = new();

    // buildx takes all before the first '=' for an annotation's name, and a label is an annotation, too.
    private static IReadOnlyDictionary<string, string> Named(IReadOnlyDictionary<string, string> remarks) =>
        remarks.Keys.FirstOrDefault(x => x.Length == 0 || x.Contains('=', StringComparison.Ordinal)) is not { } name ? remarks
        : throw new DeliveryException($"'{name}' cannot be the name of a label or an annotation: write one that is not empty and has no '='.");

    // Bake allows letters, digits, '_' and '-' in a target, the grammar of references lower case with separators within: this is what both allow.
    [GeneratedRegex("^[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameGrammar();
}
