namespace Nuke.Common.Execution;

/// <summary>What has become of a target.</summary>
public enum ExecutionStatus
{
    /// <summary>It is not part of the plan.</summary>
    None,

    /// <summary>Its turn is still to come.</summary>
    Scheduled,

    /// <summary>Its turn never came.</summary>
    NotRun,

    /// <summary>It was passed over.</summary>
    Skipped,

    /// <summary>It did what it should.</summary>
    Succeeded,

    /// <summary>It threw an exception.</summary>
    Failed,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It was interrupted.</summary>
    Aborted,

    /// <summary>It has nothing to do but to gather other targets.</summary>
    Collective,
}
