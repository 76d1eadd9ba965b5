namespace Nuke.Common.Execution;

/// <summary>Something that takes part in every build; those with a higher priority do so first.</summary>
public interface IBuildExtension
{
    /// <summary>The priority.</summary>
    float Priority { get; }
}
