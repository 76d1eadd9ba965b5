namespace Nuke.Common.Tooling;

/// <summary>A tool that a target can require.</summary>
public interface IRequireTool
{
}
