namespace Nuke.Common.IO;

/// <summary>Whether patterns regard case.</summary>
public enum GlobbingCaseSensitivity
{
    /// <summary>As the platform's file system does.</summary>
    Auto,

    /// <summary>They do.</summary>
    CaseSensitive,

    /// <summary>They do not.</summary>
    CaseInsensitive,
}
