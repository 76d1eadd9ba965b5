namespace Nuke.Common;

/// <summary>Leaves out some of what the engine prints.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class DisableDefaultOutputAttribute : Attribute
{
    /// <summary>Leaves these out; none means all of them.</summary>
    public DisableDefaultOutputAttribute(params DefaultOutput[] disabledOutputs) =>
        DisabledOutputs = disabledOutputs is [] ? Enum.GetValues<DefaultOutput>() : disabledOutputs;

    /// <summary>What is left out.</summary>
    public DefaultOutput[] DisabledOutputs { get; }

    /// <summary>Whether it is left out in this build.</summary>
    public virtual bool IsApplicable(INukeBuild build) => true;
}
