namespace Nuke.Common.Tooling;

/// <summary>Which command of which tool the options belong to.</summary>
[AttributeUsage(AttributeTargets.Class)]
public class CommandAttribute : Attribute
{
    /// <summary>The class with the tool's commands.</summary>
    public Type Type { get; set; }

    /// <summary>The command's method.</summary>
    public string Command { get; set; }

    /// <summary>What is always written first.</summary>
    public string Arguments { get; set; }
}
