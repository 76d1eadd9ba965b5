namespace Nuke.Common.Tooling;

/// <summary>A tool of which a target can require a version.</summary>
public interface IRequireToolWithVersion
{
}
