namespace Nuke.Common.Tooling;

/// <summary>A tool that has to be there before a target runs.</summary>
public class ToolRequirement
{
}
