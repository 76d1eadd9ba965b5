using Nuke.Common;

namespace Acci.Components;

/// <summary>Where base images come from, and the images that the engine and the local registry are made from.</summary>
public interface IHazImageMirror : INukeBuild
{
    /// <summary>A registry that carries them.</summary>
    [Parameter("Registry that carries the base images under their own paths, as in 'mirror.example.com/hub'")]
    string? ImageMirror => TryGetValue(() => ImageMirror);
}
