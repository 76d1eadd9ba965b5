using Nuke.Common;

namespace Acci.Components;

/// <summary>Where images are published.</summary>
public interface IHazDestination : INukeBuild
{
    /// <summary>The registry, with the path images go below, or several, of which the first is read from; none means the local registry on 127.0.0.1, which needs no credentials.</summary>
    [Parameter("Registry and owner to publish to, as in 'ghcr.io/owner', or several with commas between; default: a registry of this machine's own on 127.0.0.1")]
    string? Registry => TryGetValue(() => Registry);
}
