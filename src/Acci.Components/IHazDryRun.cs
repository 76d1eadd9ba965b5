using Nuke.Common;

namespace Acci.Components;

/// <summary>Whether a build only says what it would do.</summary>
public interface IHazDryRun : INukeBuild
{
    /// <summary>Says what would be done, without secrets, and changes nothing.</summary>
    [Parameter("Say what would be done, and change nothing")]
    bool DryRun => TryGetValue<bool?>(() => DryRun) ?? false;
}
