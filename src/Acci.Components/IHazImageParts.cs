using Nuke.Common;

namespace Acci.Components;

/// <summary>Platforms of the images that other machines have built. <see cref="IBuildImages.BuildImages"/> merges them, in a build that has this.</summary>
public interface IHazImageParts : INukeBuild
{
    /// <summary>Where they lie, so that none is built here; relative to the root. A text that is empty means nothing, as from a workflow.</summary>
    [Parameter("Folder with platforms that other machines have built, a folder for each with its artifacts/images and artifacts/publish; default: all are built here")]
    string? ImageParts => TryGetValue(() => ImageParts) is { Length: > 0 } folder ? folder : null;
}
