using Nuke.Common;

namespace Acci.Components;

/// <summary>The images, and what they are built for.</summary>
public interface IHazPlatforms : IHazImages
{
    /// <summary>Platforms to build for, instead of those the images name: <c>linux/amd64,linux/arm64,linux/ppc64le</c>.</summary>
    [Parameter("Platforms to build for, as in 'linux/amd64,linux/arm64'; default: those each image names", Separator = ",")]
    string[]? Platforms => TryGetValue(() => Platforms) is { } platforms ? [.. platforms.Where(x => x.Length > 0)] : null;
}
