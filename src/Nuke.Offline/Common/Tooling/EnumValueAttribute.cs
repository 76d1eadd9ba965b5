namespace Nuke.Common.Tooling;

/// <summary>What an enum member is called on a command line.</summary>
[AttributeUsage(AttributeTargets.Field)]
public class EnumValueAttribute : Attribute
{
    /// <summary>Takes the text.</summary>
    public EnumValueAttribute(string value) => Value = value;

    /// <summary>The text.</summary>
    public string Value { get; }
}
