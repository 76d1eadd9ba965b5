using System.Reflection;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.CI;

/// <summary>The build server the build runs on, if it is of the member's type; null otherwise.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class CIAttribute : ValueInjectionAttributeBase
{
    /// <inheritdoc/>
    public override object GetValue(MemberInfo member, object instance) =>
        member.MemberType().IsInstanceOfType(NukeBuild.Host) ? NukeBuild.Host : null;
}
