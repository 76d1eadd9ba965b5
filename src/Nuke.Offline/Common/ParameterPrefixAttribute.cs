namespace Nuke.Common;

/// <summary>Stands before the names of all parameters of a component.</summary>
[AttributeUsage(AttributeTargets.Interface)]
public class ParameterPrefixAttribute : Attribute
{
    /// <summary>Takes the prefix.</summary>
    public ParameterPrefixAttribute(string prefix) => Prefix = prefix;

    /// <summary>The prefix.</summary>
    public string Prefix { get; }
}
