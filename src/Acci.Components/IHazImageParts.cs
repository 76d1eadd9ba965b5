using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// Platforms of the images that other machines have built. <see cref="IBuildImages.BuildImages"/> merges them, in a build that has this.
/// </summary>
public interface IHazImageParts : INukeBuild
{
    /// <summary>Where they lie, so that none is built here; relative to the root. A text that is empty means nothing, as from a workflow.</summary>
    [Parameter("Folder with one subfolder per machine, each with the artifacts/images and artifacts/publish of that machine: "
        + "images are merged from them, not built")]
    string? ImageParts => TryGetValue(() => ImageParts) is { Length: > 0 } folder ? folder : null;
}
