namespace Nuke.Common;

/// <summary>The member must have a value before anything runs.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class RequiredAttribute : Attribute
{
}
