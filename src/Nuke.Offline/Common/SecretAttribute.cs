namespace Nuke.Common;

/// <summary>The value of the parameter is nobody's business.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class SecretAttribute : Attribute
{
}
