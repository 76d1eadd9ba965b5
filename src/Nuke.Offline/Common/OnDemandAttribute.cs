namespace Nuke.Common;

/// <summary>The member gets its value only if a target that runs requires it.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class OnDemandAttribute : Attribute
{
}
