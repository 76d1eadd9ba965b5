using System.Reflection;

namespace Nuke.Common.ValueInjection;

/// <summary>A member of the build that gets its value from an attribute.</summary>
internal sealed record InjectionMember(MemberInfo Member, ValueInjectionAttributeBase Attribute)
{
    /// <summary>Whether a component declares it.</summary>
    public bool IsComponents => Member.DeclaringType!.IsInterface;

    /// <summary>Whether every build has it.</summary>
    public bool IsEngines => Member.DeclaringType == typeof(NukeBuild);
}
