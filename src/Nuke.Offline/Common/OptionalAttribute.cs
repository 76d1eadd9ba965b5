namespace Nuke.Common;

/// <summary>No warning if the member's value cannot be had.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class OptionalAttribute : Attribute
{
}
