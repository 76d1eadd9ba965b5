namespace Nuke.Common;

/// <summary>The least severe messages that are written.</summary>
public enum LogLevel
{
    /// <summary>All.</summary>
    Trace,

    /// <summary>Debugging messages and above.</summary>
    Normal,

    /// <summary>Warnings and above.</summary>
    Warning,

    /// <summary>Errors.</summary>
    Error,
}
