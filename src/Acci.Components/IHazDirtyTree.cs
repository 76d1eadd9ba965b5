using Nuke.Common;

namespace Acci.Components;

/// <summary>Whether what is built from uncommitted changes may leave this machine under the version of a tag.</summary>
public interface IHazDirtyTree : INukeBuild
{
    /// <summary>It may.</summary>
    [Parameter("Publish although the working tree differs from the tagged commit"), TypedOnly]
    bool AllowDirty => TryGetValue<bool?>(() => AllowDirty) ?? false;
}
