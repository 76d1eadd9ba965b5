using System.Reflection;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Tooling;

/// <summary>Gives a member of type <see cref="Tool"/> its value.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public abstract class ToolInjectionAttributeBase : ValueInjectionAttributeBase
{
    /// <summary>A tool.</summary>
    protected ToolInjectionAttributeBase()
    {
    }

    /// <summary>What has to be there.</summary>
    public abstract ToolRequirement GetRequirement(MemberInfo member);
}
