namespace Nuke.Common.Tooling;

/// <summary>A tool in the directories of <c>PATH</c> that a target can require.</summary>
public interface IRequirePathTool : IRequireTool
{
}
