namespace Nuke.Common;

/// <summary>What becomes of the dependencies of a target that is skipped.</summary>
public enum DependencyBehavior
{
    /// <summary>They are skipped too, unless something else needs them.</summary>
    Skip,

    /// <summary>They run.</summary>
    Execute,
}
