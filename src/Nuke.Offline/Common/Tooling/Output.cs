namespace Nuke.Common.Tooling;

/// <summary>A line that a process wrote.</summary>
public struct Output
{
    /// <summary>Where to.</summary>
    public OutputType Type;

    /// <summary>The line.</summary>
    public string Text;
}
