namespace Nuke.Common.Tooling;

/// <summary>A tool in the directories of <c>PATH</c>.</summary>
public class PathToolAttribute : ToolAttribute
{
    /// <summary>The name of its executable.</summary>
    public string Executable { get; set; }
}
