using Nuke.Common;

namespace Acci.Components;

/// <summary>Whether what is not scanned may be published on this machine.</summary>
public interface IHazScanRequirement : INukeBuild
{
    /// <summary>Without a scanner nothing is published, not even on this machine.</summary>
    [Parameter("Publish nothing that was not scanned, not even on this machine")]
    bool RequireScan => TryGetValue<bool?>(() => RequireScan) ?? false;
}
