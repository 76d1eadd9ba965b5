namespace Nuke.Common.Execution;

/// <summary>Something that takes part in the builds it is written on.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class BuildExtensionAttributeBase : Attribute, IBuildExtension
{
    /// <summary>The build.</summary>
    public INukeBuild Build { get; internal set; }

    /// <inheritdoc/>
    public virtual float Priority { get; set; }
}
