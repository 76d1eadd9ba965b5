using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Builds the images.</summary>
public interface IBuildImages : IHazDelivery, IHazPlatforms, IHazDirtyTree, IHazRegistry, IHazRetries, IHazImageMirror
{
    /// <summary>Where build results are kept between builds, by name. A text, because NUKE describes a nullable enumeration differently from run to run.</summary>
    [Parameter("Where build results are kept between builds; default: what each image names, for the local registry None", Name = nameof(Cache), ValueProviderType = typeof(BuildCaches), ValueProviderMember = nameof(BuildCaches.Names))]
    string? CacheName => TryGetValue(() => CacheName);

    /// <summary>Where build results are kept between builds; null leaves it to each image.</summary>
    sealed BuildCache? Cache => CacheName is { Length: > 0 } name ? Enum.Parse<BuildCache>(name, ignoreCase: true) : null;

    /// <summary>The BuildKits that build, where the engine is not to build all platforms itself.</summary>
    [Parameter("Which BuildKit builds which platforms, as in 'linux/amd64=unix:///run/buildkit/buildkitd.sock;linux/ppc64le=ssh://power'; default: the engine builds all")]
    string? BuilderNodes => TryGetValue(() => BuilderNodes) is { Length: > 0 } nodes ? nodes : null;

    /// <summary>Builds every step anew.</summary>
    [Parameter("Build every step anew, whatever is cached")]
    bool NoCache => TryGetValue<bool?>(() => NoCache) ?? false;

    /// <summary>Starts a publish over.</summary>
    [Parameter("Repeat every step of a publish, also those that are already done for the same digest"), FormerName("Force")]
    bool Republish => TryGetValue<bool?>(() => Republish) ?? false;

    /// <summary>Builds every image for all its platforms in one graph, each into an OCI layout under <c>artifacts/images</c>.</summary>
    Target BuildImages => _ => _
        .Description("Builds every image for all its platforms, into artifacts/images")
        .Produces(ArtifactsDirectory / "docker-bake.json")
        .Runs(this, () => Prepared(new BuildImages(Context)));
}
