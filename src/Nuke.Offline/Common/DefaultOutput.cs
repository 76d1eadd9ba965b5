namespace Nuke.Common;

/// <summary>What an engine prints beside the output of targets.</summary>
public enum DefaultOutput
{
    /// <summary>The first lines.</summary>
    Logo,

    /// <summary>The name of a target, before it runs.</summary>
    TargetHeader,

    /// <summary>The same, on hosts that can fold a target's output away.</summary>
    TargetCollapse,

    /// <summary>Warnings and errors, once more at the end.</summary>
    ErrorsAndWarnings,

    /// <summary>The table of targets.</summary>
    TargetOutcome,

    /// <summary>The last line.</summary>
    BuildOutcome,

    /// <summary>The time before each message.</summary>
    Timestamps,
}
