namespace Nuke.Common.Tooling;

/// <summary>An executable that has to be in the directories of <c>PATH</c>.</summary>
public class PathToolRequirement : ToolRequirement
{
    /// <summary>Takes the name of the executable.</summary>
    public PathToolRequirement(string pathExecutable) => PathExecutable = pathExecutable;

    /// <summary>The name of the executable.</summary>
    public string PathExecutable { get; set; }
}
