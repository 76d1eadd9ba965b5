using Acci.Delivery.Images;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The images a build produces. A build declares them; everything else follows from them.</summary>
public interface IHazImages : IHazLayout
{
    /// <summary>The images.</summary>
    IEnumerable<ImageDefinition> Images { get; }

    /// <summary>The images, each with its Dockerfile.</summary>
    sealed IEnumerable<ImageDefinition> PlacedImages => Images.Select(Layout.WithDockerfile);

    /// <summary>Platforms to build for, instead of those the images name: <c>linux/amd64,linux/arm64,linux/ppc64le</c>.</summary>
    [Parameter("Platforms to build for, as in 'linux/amd64,linux/arm64'; default: those each image names", Separator = ",")]
    string[]? Platforms => TryGetValue(() => Platforms) is { } platforms ? [.. platforms.Where(x => x.Length > 0)] : null;

    /// <summary>Where build results are kept between builds, by name. A text, because NUKE describes a nullable enumeration differently from run to run.</summary>
    [Parameter("Where build results are kept between builds; default: what each image names, for the local registry None", Name = nameof(Cache), ValueProviderType = typeof(BuildCaches), ValueProviderMember = nameof(BuildCaches.Names))]
    string? CacheName => TryGetValue(() => CacheName);

    /// <summary>Where build results are kept between builds; null leaves it to each image.</summary>
    sealed BuildCache? Cache => CacheName is { Length: > 0 } name ? Enum.Parse<BuildCache>(name, ignoreCase: true) : null;

    /// <summary>Builds every step anew.</summary>
    [Parameter("Build every step anew, whatever is cached")]
    bool NoCache => TryGetValue<bool?>(() => NoCache) ?? false;
}
